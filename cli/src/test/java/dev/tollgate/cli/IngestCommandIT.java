package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.cli.ingest.IngestCommand;
import dev.tollgate.schemas.avro.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Files into the topology by the command: twice, and through a crash. */
class IngestCommandIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void givenAnAccessLog_whenIngestedTwice_thenTheSecondRunAddsNothing(@TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            String config = cluster.configFile().toString();
            Path log = Files.writeString(folder.resolve("access.log"), log(300) + "not a line of a log\n");
            Path mapping = Files.writeString(folder.resolve("nginx.yaml"), """
                format: access-log
                endpoints:
                  - match: "GET /v2/memories/[^/]+"
                    replace: "GET /v2/memories/{id}"
                """);
            String[] command = {
                "ingest",
                "-c",
                config,
                "-m",
                mapping.toString(),
                "--state",
                folder.resolve("state.json").toString(),
                log.toString()
            };

            int first = run(command);
            TestingCluster.await("all are counted", () -> cluster.verdicts("acme", Verdict.COUNTED) == 300);
            int second = run(command);
            command[5] = "--no-state";
            command[6] = log.toString();
            int stateless = run(java.util.Arrays.copyOf(command, 7));

            assertThat(first).as(err.toString()).isEqualTo(IngestCommand.PARTLY);
            assertThat(second).isZero();
            assertThat(stateless).isEqualTo(IngestCommand.PARTLY);
            String advice =
                    "Rejected records were not published. Correct the file and run the same command again, or correct"
                            + " the mapping and run it with --no-state: what was published keeps its ids and is not"
                            + " counted twice.";
            assertThat(out.toString().lines().toList())
                    .containsExactly(
                            "300 event(s) of 1 file(s) published; 1 record(s) rejected, 0 passed over.",
                            advice,
                            "0 event(s) of 1 file(s) published; 0 record(s) rejected, 0 passed over; "
                                    + String.format(java.util.Locale.ROOT, "%,d", Files.size(log))
                                    + " bytes had been published by an earlier run.",
                            "300 event(s) of 1 file(s) published; 1 record(s) rejected, 0 passed over.",
                            advice);
            TestingCluster.await(
                    "what was sent again is known again", () -> cluster.verdicts("acme", Verdict.DUPLICATE) == 300);
            assertThat(cluster.journal())
                    .hasSize(600)
                    .allSatisfy(entry -> assertThat(entry.getEndpoint()).isEqualTo("GET /v2/memories/{id}"));
        }
    }

    @Test
    void givenARunThatIsKilled_whenItIsRunAgain_thenEveryEventIsCountedOnce(@TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            int lines = 120_000;
            String config = cluster.configFile().toString();
            Path log = Files.writeString(folder.resolve("access.log"), log(lines));
            Path state = folder.resolve("state.json");
            Process process =
                    cluster.launch("ingest", "ingest", "-c", config, "--state", state.toString(), log.toString());

            TestingCluster.await("something is noted", () -> Files.exists(state));
            boolean running = process.isAlive();
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
            int resumed = run("ingest", "-c", config, "--state", state.toString(), log.toString());

            assertThat(running).as("it was killed in its midst").isTrue();
            assertThat(resumed).as(err.toString()).isZero();
            assertThat(out.toString()).contains("had been published by an earlier run");
            TestingCluster.await("all are counted", () -> cluster.verdicts("acme", Verdict.COUNTED) == lines);
            // What was sent but not noted before the kill went out twice: at most one batch, and known again.
            assertThat(cluster.journal().size() - lines).isBetween(0, 2_000);
            assertThat(cluster.verdicts("acme", Verdict.DUPLICATE))
                    .isEqualTo(cluster.journal().size() - lines);
        }
    }

    @Test
    void givenNoTopic_whenIngested_thenTheRemedyIsSaid(@TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            Path log = Files.writeString(folder.resolve("access.log"), log(1));

            int status = run(
                    "ingest",
                    "-c",
                    cluster.configFile().toString(),
                    "--set",
                    "topics.prefix=nothing.",
                    "--no-state",
                    log.toString());

            assertThat(status).isEqualTo(CommandLine.ExitCode.SOFTWARE);
            assertThat(err.toString())
                    .contains("the topic nothing.request-events does not exist")
                    .contains("tollgate topics apply");
        }
    }

    private static String log(int lines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.append("203.0.113.7 - acme [31/Jan/2026:12:00:00 +0000] \"GET /v2/memories/")
                    .append(i)
                    .append(" HTTP/1.1\" 200 512 \"-\" \"curl/8.1\"\n");
        }
        return text.toString();
    }
}
