package dev.tollgate.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.cli.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a role's process writes to standard error, from its first line to its last. */
class RoleLogTest {
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private Process launch(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TOLLGATE_"));
        return builder.start();
    }

    private String log() throws Exception {
        return Files.readString(folder.resolve("err"));
    }

    private void await(Process process, String text) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!log().contains(text)) {
            assertThat(process.isAlive()).as(log()).isTrue();
            assertThat(System.nanoTime()).as(log()).isLessThan(deadline);
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    @Timeout(180)
    void givenARoleWithoutKafka_whenItStartsAndStops_thenEachLineIsAnObjectAndNoSecretIsShown() throws Exception {
        Process process = launch(
                "notify",
                "--log",
                "json",
                "--bootstrap-servers",
                "127.0.0.1:1",
                "--registry-url",
                "http://user:hunter2@127.0.0.1:1",
                "--set",
                "kafka.client.ssl.key.password=MfKQ9r8G",
                "--set",
                "notify.instance-id=notify-7");
        try {
            await(process, "notify is running");
            process.destroy();
            assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        List<JsonNode> lines = new ArrayList<>();
        for (String line : log().lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines).allSatisfy(line -> {
            assertThat(Instant.parse(line.path("time").asText())).isNotNull();
            assertThat(line.path("level").asText()).isNotEmpty();
            assertThat(line.path("logger").asText()).isNotEmpty();
            assertThat(line.path("thread").asText()).isNotEmpty();
            assertThat(line.path("role").asText()).isEqualTo("notify");
            assertThat(line.path("instance").asText()).isEqualTo("notify-7");
        });
        assertThat(lines)
                .extracting(line -> line.path("message").asText())
                .anyMatch(text -> text.startsWith("notify starts: "))
                .contains("notify is running", "notify is asked to stop");
        assertThat(log()).contains("****").doesNotContain("MfKQ", "hunter2");
    }

    @Test
    @Timeout(180)
    void givenAMistakeInTheConfiguration_whenStarted_thenTheReasonIsAnObjectToo() throws Exception {
        Process process =
                launch("notify", "--log=json", "--bootstrap-servers", "127.0.0.1:1", "--set", "notify.parallel=many");
        try {
            assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).isEqualTo(2);
        JsonNode line = new ObjectMapper().readTree(log().lines().toList().getLast());
        assertThat(line.path("level").asText()).isEqualTo("ERROR");
        assertThat(line.path("message").asText()).contains("notify.parallel must be");
        assertThat(line.path("exception").asText()).contains("InvalidSettingsException");
    }

    @Test
    @Timeout(180)
    void givenAFormatThatDoesNotExist_whenStarted_thenItIsWrongUsage() throws Exception {
        Process process = launch("sink", "--log", "xml");
        try {
            assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(log()).contains("--log").contains("xml");
    }
}
