package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    private static final List<String> COMMANDS = List.of(
            "demo",
            "up",
            "streams",
            "sink",
            "gateway",
            "notify",
            "gate",
            "api",
            "topics",
            "plans",
            "accounts",
            "sql",
            "reconcile",
            "explain",
            "tail",
            "publish",
            "ingest",
            "bench");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static List<String> commands() {
        return COMMANDS;
    }

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void givenHelp_whenAsked_thenEveryCommandIsNamed() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("config").contains(COMMANDS.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void givenACommand_whenHelpIsAsked_thenItTeaches(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: tollgate " + command).hasSizeGreaterThan(200);
    }

    @Test
    void givenNoCheckout_whenABenchmarkIsAsked_thenWhereToRunItIsSaid() {
        assertThat(run("bench", "pipeline", "--quick")).isEqualTo(1);
        assertThat(err.toString())
                .contains("benchmarks are no part of a release")
                .contains("./tollgate bench pipeline --quick");
    }

    @Test
    void givenAMisspeltCommand_whenRun_thenTheNearOneIsOffered() {
        assertThat(run("dmo")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("dmo").contains("demo");
    }

    @Test
    void givenAConfigurationWithManyMistakes_whenARoleStarts_thenAllAreReportedAndSecretsAreMasked(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("broken.yaml"), """
            kafka.bootstrap-servers: ""
            streams: {threads: 0, comit-interval: 1s}
            topics: {partitions: many}
            registry.user-info: "alice:wonder"
            """);

        int status = run("streams", "--config", file.toString());

        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString())
                .contains("kafka.bootstrap-servers is missing")
                .contains("registry.url is missing")
                .contains("streams.threads must be a whole number from 1 to 128, was '0'")
                .contains("streams.comit-interval is unknown; did you mean streams.commit-interval?")
                .contains("topics.partitions must be a whole number from 1 to 10000, was 'many'")
                .doesNotContain("wonder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing.yaml", "wrong.txt"})
    void givenAConfigurationFileThatCannotBeRead_whenUsed_thenItIsNamed(String name, @TempDir Path folder)
            throws Exception {
        Path file = folder.resolve(name);
        if (name.endsWith(".txt")) {
            Files.writeString(file, "a=b");
        }

        assertThat(run("topics", "apply", "--config", file.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "999", "99999999"})
    void givenANumberOfEventsOutOfRange_whenDemoRuns_thenTheRangeIsNamed(String events) {
        assertThat(run("demo", "--events", events)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--events must be from 1000 to").contains("was " + events);
    }

    @Test
    void givenAPlanFileThatIsWrong_whenValidated_thenEachProblemHasItsPlace(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("plan.yaml"), """
            plans:
              - id: x
                versions:
                  - version: 1
                    effective_from: tomorrow
                    meters: {requests: {default: 1}}
                    limits: [{id: a, meter: reqests, amount: 5, window: minute}]
            """);

        assertThat(run("plans", "validate", file.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString()).contains("plan.yaml:5").contains("reqests");
    }

    @Test
    void givenTwoPlanFiles_whenCompared_thenWhatDiffersIsSaidInWords(@TempDir Path folder) throws Exception {
        String plan = """
            plans:
              - id: x
                title: X
                versions:
                  - version: 1
                    effective_from: 2026-01-01T00:00:00Z
                    meters: {requests: {default: 1}}
                    limits: [{id: per-minute, meter: requests, amount: 100, window: minute}]
            """;
        Path before = Files.writeString(folder.resolve("before.yaml"), plan);
        Path after = Files.writeString(folder.resolve("after.yaml"), plan.replace("amount: 100", "amount: 60"));

        assertThat(run("plans", "diff", before.toString(), before.toString())).isZero();
        assertThat(out.toString()).contains("say the same");
        assertThat(run("plans", "diff", before.toString(), after.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("per-minute falls from 100 to 60");
        assertThat(run("plans", "diff", "--json", before.toString(), after.toString()))
                .isEqualTo(1);
        assertThat(out.toString()).contains("\"effect\":\"STRICTER\"").contains("\"before\":\"100\"");
    }

    @Test
    void givenAPlanFileThatIsMissing_whenCompared_thenItIsNamed() {
        assertThat(run("plans", "diff", "mem", "no-such-plan")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("no-such-plan");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                | nothing is amended",
                "--units=-1        | --units must be 0 or more, was -1",
                "'--endpoint= '    | --endpoint must be 1 to 512 characters, was blank",
                "--outcome=UNKNOWN | --outcome must be one of SUCCESS, AUTH_FAILED, INVALID, LIMITED, SERVER_ERROR",
                "--outcome=perhaps | but was 'perhaps'"
            })
    void givenAnAmendmentThatIsWrong_whenGiven_thenNothingIsWrittenAndTheValueIsNamed(String option, String said) {
        String[] args = Stream.of("accounts", "amend-event", "acme", "e-1", option)
                .filter(arg -> !arg.isEmpty())
                .toArray(String[]::new);

        assertThat(run(args)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                          | one of --time-zone, --month, --day, --weekday, --hour or --plan must be"
                        + " given",
                "--time-zone=Europe/Berlyn   | such as Europe/Berlin, was 'Europe/Berlyn'",
                "--time-zone=+01:00          | must be a region of the IANA database",
                "--day=32                    | the day of an anchor must be 1 to 31, was 32",
                "--hour=24                   | the hour of an anchor must be 0 to 23, was 24",
                "--plan --day=3              | --plan takes the account's own calendar back"
            })
    void givenACalendarThatIsWrong_whenGiven_thenNothingIsWrittenAndTheValueIsNamed(String options, String said) {
        String[] args = Stream.concat(Stream.of("accounts", "calendar", "acme"), Stream.of(options.split(" ")))
                .filter(arg -> !arg.isEmpty())
                .toArray(String[]::new);

        assertThat(run(args)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(said);
    }

    @Test
    void givenConfigKeys_whenAsked_thenTheyAreListed() {
        assertThat(run("config")).isZero();
        assertThat(out.toString()).contains("kafka.bootstrap-servers", "streams.commit-interval", "clickhouse.url");
    }

    @Test
    void givenConfigKeys_whenAskedAsAProcessWould_thenTheyReachStandardOutput() {
        PrintStream standardOutput = System.out;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.run("config")).isZero();
        } finally {
            System.setOut(standardOutput);
        }

        assertThat(written.toString(StandardCharsets.UTF_8)).contains("kafka.bootstrap-servers", "gateway.port");
    }
}
