package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a checkout, with a Maven and a JDK that only take notes. */
class LauncherTest {
    @TempDir
    Path home;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void layOut() throws IOException {
        Files.copy(Path.of("..", "tollgate"), home.resolve("tollgate"), StandardCopyOption.COPY_ATTRIBUTES);
        old(Files.writeString(home.resolve("pom.xml"), "<project/>"));
        script("bin/mvn", """
            echo "$@" >>"%1$s/builds"
            while [ -e "%1$s/hold" ]; do sleep 0.05; done
            mkdir -p "%1$s/cli/target/tollgate/lib"
            : >"%1$s/cli/target/tollgate/lib/b.jar"
            : >"%1$s/cli/target/tollgate/lib/a.jar"
            """);
        script("jdk/bin/java", "printf '%%s\\n' \"$@\"\n");
        Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void givenTwoFirstStartsAtOnce_whenBothBuild_thenOneDoesAndTheOtherWaitsForIt() throws Exception {
        Files.createFile(home.resolve("hold"));
        Process one = start("first", "--version");
        await("one builds", () -> builds() == 1);
        Process other = start("second", "--version");
        await("the other waits", () -> printed("second").contains("waiting for another start that builds"));
        Files.delete(home.resolve("hold"));

        assertThat(one.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(one.exitValue()).as(printed("first")).isZero();
        assertThat(other.exitValue()).as(printed("second")).isZero();
        assertThat(builds()).isEqualTo(1);
        assertThat(home.resolve("cli/target/build.lock")).doesNotExist();
        assertThat(printed("second")).contains("dev.tollgate.cli.Main\n--version\n");
    }

    @Test
    void givenALockWhoseHolderWasKilled_whenStarted_thenItIsTakenOver() throws Exception {
        Files.createFile(home.resolve("hold"));
        Process killed = start("killed", "--version");
        await("it builds", () -> builds() == 1);
        killed.destroyForcibly().waitFor();
        Files.delete(home.resolve("hold"));

        Process next = start("next", "--version");

        assertThat(next.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(next.exitValue()).as(printed("next")).isZero();
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void givenWhatMavenHasBuilt_whenStarted_thenItIsUsedUntilASourceIsNewer() throws Exception {
        Path jar = home.resolve("cli/target/tollgate/lib/tollgate-cli-0.1.0.jar");
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);

        assertThat(start("built", "--version").waitFor()).isZero();
        assertThat(home.resolve("builds")).doesNotExist();

        Path source = home.resolve("cli/src/main/A.java");
        Files.createDirectories(source.getParent());
        Files.createFile(source);
        old(jar);

        assertThat(start("changed", "--version").waitFor()).isZero();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void givenACacheOfLoadedClasses_whenStarted_thenTheJvmIsToldOfItAndTheClassPathIsInOrder() throws Exception {
        assertThat(start("without", "--version").waitFor()).isZero();
        assertThat(printed("without"))
                .doesNotContain("AOTCache")
                .contains("/lib/a.jar:")
                .contains("/lib/b.jar\n");

        Path release = home.resolve("cli/target/tollgate");
        Files.createDirectories(release.resolve("aot"));
        Files.createFile(release.resolve("aot/commands.aot"));
        Files.createFile(release.resolve("aot/roles.aot"));

        assertThat(start("with", "--version").waitFor()).isZero();
        assertThat(start("role", "streams").waitFor()).isZero();
        assertThat(printed("with")).contains("-XX:AOTCache=" + release.toRealPath() + "/aot/commands.aot\n");
        assertThat(printed("role")).contains("-XX:AOTCache=" + release.toRealPath() + "/aot/roles.aot\n");
    }

    @Test
    void givenAJdkThatIsTooOld_whenStarted_thenItIsPassedOver() throws Exception {
        Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"17.0.15\"\n");

        start("old", "--version").waitFor();

        assertThat(printed("old")).as("the JDK that takes notes").doesNotContain("--enable-native-access");
    }

    private Process start(String name, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", home.resolve("tollgate").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(name).toFile());
        builder.environment().clear();
        builder.environment().put("PATH", home.resolve("bin") + ":/usr/bin:/bin");
        builder.environment().put("TOLLGATE_JAVA_HOME", home.resolve("jdk").toString());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private void script(String name, String text) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text.formatted(home));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void old(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    }

    private long builds() throws IOException {
        Path builds = home.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    private String printed(String name) throws IOException {
        return Files.readString(home.resolve(name));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(String what, Condition condition) throws IOException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!condition.holds()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
