package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.cli.config.LocalStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the roles serve under {@code /metrics}, as they are shipped: {@code tollgate up}, and each role as a process.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {
    private static final Pattern UP_METRICS = Pattern.compile("Metrics +(http://\\S+/metrics)");
    private static final Pattern UP_GATEWAY = Pattern.compile("HTTP gateway +(http://\\S+)");
    private static final Pattern SERVED = Pattern.compile("metrics are served: address=(\\S+)");

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final List<Process> children = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private Path folder;
    private Path configFile;
    private Process up;
    private URI upMetrics;

    @BeforeAll
    void startTheStack(@TempDir Path folder) throws Exception {
        this.folder = folder;
        Path data = folder.resolve("data");
        configFile = LocalStack.configFile(data);
        up = launch("up", "up", "--data", data.toString(), "--gateway-port", "0", "--metrics-listen", "127.0.0.1:0");
        await("the stack is up", up, "up", () -> printed("up.out").contains("The stack is up."));
        upMetrics = URI.create(found(UP_METRICS, "up.out"));
    }

    @AfterAll
    void stopTheStack() throws InterruptedException {
        client.close();
        // In order: the embedded parts are processes of their own.
        up.destroy();
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("up ends").isTrue();
        children.forEach(Process::destroyForcibly);
    }

    @Test
    void givenUp_whenAnEventIsPublished_thenOnePageHasEachDeclaredSeriesOfAllRolesAndNoOther() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(found(UP_GATEWAY, "up.out") + "/v1/events"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"event_id\":\"1\",\"account_id\":\"acme\",\"endpoint\":\"/v2/mem-it\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String counted = "tollgate_streams_journal_entries_total{verdict=\"counted\"}";
        String stored = "tollgate_sink_rows_total{table=\"request_journal\"}";
        await(
                "the event is counted and stored",
                up,
                "up",
                () -> DeclaredMetrics.value(page(upMetrics), counted) == 1
                        && DeclaredMetrics.value(page(upMetrics), stored) == 1);
        String page = page(upMetrics);
        assertThat(DeclaredMetrics.seriesOf(page))
                .isEqualTo(DeclaredMetrics.series(List.of(
                        DeclaredMetrics.of("streams"),
                        DeclaredMetrics.of("sink"),
                        DeclaredMetrics.of("gateway"),
                        DeclaredMetrics.of("api"))));
        assertThat(DeclaredMetrics.value(page, "tollgate_gateway_events_total{result=\"accepted\"}"))
                .isEqualTo(1);
        assertThat(DeclaredMetrics.value(page, "tollgate_gateway_kafka_available"))
                .isEqualTo(1);
        assertThat(DeclaredMetrics.value(page, "tollgate_streams_dead_letters_total{reason=\"malformed\"}"))
                .isZero();
        assertThat(page.lines().filter(line -> line.startsWith("jvm_threads_live_threads ")))
                .as("the JVM's meters are there once")
                .hasSize(1);
    }

    /** The metrics of Kafka that docs/metrics.md tells to watch. */
    @Test
    void givenUp_whenScraped_thenKafkasOwnMetricsAreThereUnderTheDocumentedNames() throws Exception {
        String document = Files.readString(Path.of("..", "docs", "metrics.md"));
        List<String> names = Pattern.compile("`(kafka_[a-z0-9_]+)`")
                .matcher(document)
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(names).hasSizeGreaterThan(5);
        for (String name : names) {
            // Those of the tasks come with the next look at Kafka's metrics, within a minute.
            await(
                    name,
                    up,
                    "up",
                    () -> page(upMetrics)
                            .lines()
                            .anyMatch(line -> line.startsWith(name + "{") || line.startsWith(name + " ")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "sink", "gateway"})
    void givenARoleAsAProcess_whenScraped_thenItHasItsOwnSeriesAndEndsInOrder(String role) throws Exception {
        Process process = launchRole(role, role, "127.0.0.1:0");
        await(
                "the address of " + role,
                process,
                role,
                () -> SERVED.matcher(printed(role + ".err")).find());
        URI metrics = URI.create(found(SERVED, role + ".err"));

        await(
                "all series of " + role,
                process,
                role,
                () -> DeclaredMetrics.seriesOf(page(metrics))
                        .equals(DeclaredMetrics.series(List.of(DeclaredMetrics.of(role)))));
        await(
                "Kafka's own metrics in " + role,
                process,
                role,
                () -> page(metrics).contains("\nkafka_"));
        assertThat(page(metrics)).contains("\njvm_info{");
        await(
                role + " is ready",
                process,
                role,
                () -> page(metrics.resolve("/health/live")).startsWith("{\"status\":\"live\"")
                        && status(metrics.resolve("/health/ready")) == 200);

        String taken = "127.0.0.1:" + metrics.getPort();
        Process second = launchRole(role, role + "-second", taken);
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(1);
        assertThat(printed(role + "-second.err"))
                .contains("metrics cannot be served on " + taken + " (metrics.listen)")
                .contains("Address already in use")
                .doesNotContain("\tat ");

        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(printed(role + ".err")).contains(role + " is asked to stop").doesNotContain("\tat ");
        assertThat(page(metrics)).isEmpty();
    }

    @Test
    void givenTheGateAsAProcess_whenScraped_thenItHasTheSeriesOfServerGateAndPublisher() throws Exception {
        Process process = launchRole("gate", "gate", "127.0.0.1:0");
        await(
                "the address of the gate's metrics",
                process,
                "gate",
                () -> SERVED.matcher(printed("gate.err")).find());
        URI metrics = URI.create(found(SERVED, "gate.err"));

        await(
                "all series of the gate",
                process,
                "gate",
                () -> DeclaredMetrics.seriesOf(page(metrics))
                        .equals(DeclaredMetrics.series(List.of(
                                DeclaredMetrics.of("gateserver"),
                                DeclaredMetrics.of("gate"),
                                DeclaredMetrics.of("publisher")))));
        await("the gate is ready", process, "gate", () -> status(metrics.resolve("/health/ready")) == 200);
        assertThat(DeclaredMetrics.value(page(metrics), "tollgate_gate_plan_records_total"))
                .isPositive();
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(printed("gate.err")).contains("gate is asked to stop").doesNotContain("\tat ");
    }

    private Process launchRole(String role, String name, String listen) throws IOException {
        return launch(
                name,
                role,
                "--config",
                configFile.toString(),
                "--set",
                "metrics.listen=" + listen,
                "--set",
                "streams.state-dir=" + folder.resolve(name + "-state"),
                "--set",
                "gate-server.port=0",
                "--set",
                "gateway.port=0",
                "--set",
                "gateway.anonymous=true");
    }

    /** The launcher in a JVM of its own; its output is in files named after it. */
    private Process launch(String name, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile())
                .start();
        children.add(process);
        return process;
    }

    /** The page now; empty while nothing listens. */
    private String page(URI address) {
        try {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        } catch (ConnectException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int status(URI address) {
        try {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void await(String what, Process process, String name, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(process.isAlive())
                    .as(() -> name + " has ended: " + printed(name + ".out") + printed(name + ".err"))
                    .isTrue();
            assertThat(System.nanoTime() - deadline)
                    .as(() -> "not within " + PATIENCE.toSeconds() + " s: " + what + "\n" + printed(name + ".err"))
                    .isNegative();
            // A page is large, and the machine has other things to do.
            LockSupport.parkNanos(100_000_000);
        }
    }

    private String found(Pattern pattern, String file) {
        Matcher matcher = pattern.matcher(printed(file));
        assertThat(matcher.find()).as(printed(file)).isTrue();
        return matcher.group(1);
    }

    private String printed(String file) {
        try {
            return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
