package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The folders that the build leaves, run as they are. */
class ReleaseIT {
    private static final Path FULL = Path.of("target", "tollgate");
    private static final Path ROLES = Path.of("target", "tollgate-roles");

    @TempDir
    Path folder;

    @Test
    void givenTheReleaseForProduction_whenItsLibrariesAreListed_thenNoBrokerAndNoTestKitIsAmongThem()
            throws IOException {
        assertThat(libraries(ROLES))
                .anyMatch(name -> name.startsWith("kafka-streams-"))
                .anyMatch(name -> name.startsWith("tollgate-sink-"))
                .noneMatch(name -> name.matches("(kafka_2.13|kafka-server|scala-|log4j-|tollgate-testkit).*"));
        assertThat(libraries(FULL)).containsAll(libraries(ROLES)).anyMatch(name -> name.startsWith("kafka_2.13-"));
    }

    @Test
    void givenTheLibrariesOfARelease_whenTheNoticesAreRead_thenEachIsNamed() throws IOException {
        String notices = Files.readString(FULL.resolve("THIRD-PARTY.md"));

        assertThat(libraries(FULL))
                .filteredOn(name -> !name.startsWith("tollgate-"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(notices)
                        .containsPattern(":" + name.replaceFirst("-\\d.*", "").replace(".", "\\.") + "( \\*)? \\|"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "demo"})
    void givenTheReleaseForProduction_whenItIsAskedForTheEmbeddedStack_thenItSaysWhatToTake(String command)
            throws Exception {
        assertThat(run(ROLES, command)).startsWith("1 ").contains("tollgate: '" + command + "' is not in this release");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "sink", "gateway"})
    void givenTheReleaseForProduction_whenARoleIsStartedWithoutSettings_thenItSaysWhatIsMissing(String role)
            throws Exception {
        assertThat(run(ROLES, role)).startsWith("2 ").contains("kafka.bootstrap-servers is missing");
    }

    @Test
    void givenNoHome_whenTheLauncherRuns_thenItDoes() throws Exception {
        assertThat(run(FULL, "--version")).startsWith("0 ").contains("tollgate");
    }

    @Test
    void givenARelease_whenABenchmarkIsAsked_thenItSaysThatACheckoutHasThem() throws Exception {
        assertThat(run(FULL, "bench", "pipeline", "--quick"))
                .startsWith("1 ")
                .contains("benchmarks are no part of a release", "./tollgate bench pipeline --quick");
        assertThat(libraries(FULL)).noneMatch(name -> name.matches("(flink|tollgate-benchmarks|jmh).*"));
    }

    private static List<String> libraries(Path release) throws IOException {
        try (Stream<Path> files = Files.list(release.resolve("lib"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** The exit status and what was printed by its launcher, in an environment without anything but a JDK. */
    private String run(Path release, String... arguments) throws Exception {
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                        Stream.of(
                                "/bin/sh",
                                release.resolve("bin").resolve("tollgate").toString()),
                        Stream.of(arguments))
                .toList());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("TOLLGATE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("XDG_DATA_HOME", folder.toString());
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            return process.exitValue() + " " + Files.readString(out);
        } finally {
            process.destroyForcibly();
        }
    }
}
