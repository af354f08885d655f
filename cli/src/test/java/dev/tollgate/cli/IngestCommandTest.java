package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.cli.ingest.IngestCommand;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command does without Kafka: usage, mappings, dry runs. */
class IngestCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String maxAge = "36500d";

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(List.of(args));
        // The dates in these files stay as they are while the clock goes on.
        all.addAll(1, List.of("--set", "events.max-age=" + maxAge));
        return commandLine.execute(all.toArray(String[]::new));
    }

    private String file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void givenMappingWithMistakes_whenUsed_thenAllAreReportedAtOnceWithTheFile() throws Exception {
        String mapping = file("nginx.yaml", """
            format: acces-log
            colour: red
            skip: ["("]
            """);

        assertThat(run("ingest", "--mapping", mapping, "--dry-run", file("a.log", "")))
                .isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(err.toString())
                .contains("3 problems")
                .contains(mapping + ": colour is unknown")
                .contains(mapping
                        + ": format must be json-lines, csv, combined, vhost-combined, caddy, traefik, alb, iis, or a")
                .contains(mapping + ": skip[0] must be a regular expression");
    }

    @Test
    void givenRejectedRecords_whenLookedAt_thenTheFirstAreNamedAllAreCountedAndTheStatusSaysSo() throws Exception {
        String lines = file("events.jsonl", """
            {"event_id":"1","account_id":"a","endpoint":"e","occurred_at":"2026-01-31T12:00:00Z"}
            {"event_id":"2","account_id":"a","endpoint":"e","occurred_at":"yesterday"}
            {"event_id":"3"
            {"event_id":"4","account_id":"a","endpoint":"e","occurred_at":"2026-01-31T12:00:00Z","unit":5}
            """);

        int status = run("ingest", "--dry-run", "--json", lines);

        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(status).isEqualTo(IngestCommand.PARTLY);
        assertThat(report.get("end").asText()).isEqualTo("complete");
        assertThat(report.get("dry_run").asBoolean()).isTrue();
        assertThat(report.get("published").asLong()).isEqualTo(1);
        assertThat(report.get("rejected").asLong()).isEqualTo(3);
        assertThat(out.toString().lines()).hasSize(1);
    }

    @Test
    void givenEventsAroundTheGreatestAge_whenLookedAt_thenTheOlderIsRejected() throws Exception {
        Instant now = Instant.now();
        String line = "{\"event_id\":\"1\",\"account_id\":\"a\",\"endpoint\":\"e\",\"occurred_at\":\"%s\"}\n";
        String lines = file(
                "events.jsonl",
                line.formatted(now.minus(Duration.ofHours(35))) + line.formatted(now.minus(Duration.ofHours(37))));
        maxAge = "36h";

        assertThat(run("ingest", "--dry-run", lines)).isEqualTo(IngestCommand.PARTLY);

        assertThat(out.toString()).contains("1 event(s) of 1 file(s) would be published; 1 record(s) rejected");
    }

    @Test
    void givenMoreRejectedRecordsThanAllowed_whenLookedAt_thenItStopsAndSaysWhatToDo() throws Exception {
        String log = file("a.log", "rubbish\n".repeat(10));

        assertThat(run("ingest", "--dry-run", "--max-errors", "3", log)).isEqualTo(CommandLine.ExitCode.SOFTWARE);

        assertThat(out.toString())
                .contains("0 event(s) of 1 file(s) would be published; 4 record(s) rejected")
                .contains("Stopped: more than 3 records were rejected. Correct the file or the mapping");
    }

    @Test
    void givenStandardInput_whenLookedAt_thenItIsReadLikeAFile() {
        InputStream in = System.in;
        System.setIn(new ByteArrayInputStream("""
            account_id,endpoint,occurred_at
            a,e,1769860800000
            """.getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(run("ingest", "--dry-run", "--format", "csv", "-")).isZero();
        } finally {
            System.setIn(in);
        }
        assertThat(out.toString()).contains("1 event(s) of 1 file(s) would be published; 0 record(s) rejected");
    }

    @ParameterizedTest
    @CsvSource({
        "a.txt, what is in",
        "., . is a folder; name the files in it",
        "-, what is in standard input",
        "a.log|b.csv, files of one run must have the same format",
        "--max-errors|-1|a.log, '--max-errors must be >= 0, was -1'",
        "--format|xml|a.log, '--format must be json-lines, csv, combined, vhost-combined, caddy, traefik, alb, iis, or"
                + " a layout'",
        "--format|alb|a.log, '--format alb: fields.account_id is missing: alb has none of itself; give a --mapping"
                + " file'",
        "--format|$status$host|a.log, '--format: the layout must have a text between its fields ''status'' and"
                + " ''host'''",
        "--patience|soon|a.log, --patience: not a duration",
        "--state|s.json|--no-state|a.log, --state and --no-state exclude each other",
        "--mapping|none.yaml|a.log, the mapping file none.yaml does not exist",
        "--dry-run, Missing required parameter"
    })
    void givenWrongUsage_whenRun_thenItIsExplained(String arguments, String explained) {
        assertThat(run(("ingest|" + arguments).split("\\|"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(explained).contains("See 'tollgate ingest --help'.");
        // Nothing pushes the explanation off the screen.
        assertThat(err.toString().lines()).hasSizeLessThan(4);
    }

    @Test
    void givenAFileThatIsNotThere_whenRun_thenItIsNamed() {
        String missing = folder.resolve("missing.log").toString();

        assertThat(run("ingest", "--dry-run", missing)).isEqualTo(CommandLine.ExitCode.SOFTWARE);

        assertThat(err.toString()).contains(missing + " must be a readable file, does not exist");
    }
}
