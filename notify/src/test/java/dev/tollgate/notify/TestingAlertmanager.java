package dev.tollgate.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.embedded.process.LoopbackPort;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The Alertmanager of this machine, which keeps its port over restarts and nothing else. */
final class TestingAlertmanager implements AutoCloseable {
    /** {@code required} makes an Alertmanager that is missing a failure; else its tests are skipped and say so. */
    private static final String PROPERTY = "tollgate.alertmanager";

    private static final String PROGRAM = "prometheus-alertmanager";

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port = LoopbackPort.free();
    private final String program;
    private final Path folder;
    private @Nullable Process process;

    private TestingAlertmanager(String program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /** One that does not run yet; skips the test if it is not installed. */
    static TestingAlertmanager installed(Path folder) {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String message = PROGRAM + " is not installed, so nothing was sent to one: apt-get install " + PROGRAM
                    + " (.ci/run does)";
            assertThat(System.getProperty(PROPERTY)).as(message).isNotEqualTo("required");
            return Assumptions.abort(message);
        }
        return new TestingAlertmanager(found.get().toString(), folder);
    }

    void start() throws Exception {
        Files.createDirectories(folder);
        Path config = Files.writeString(folder.resolve("alertmanager.yml"), """
            route:
              receiver: nobody
            receivers:
              - name: nobody
            """);
        Process started = new ProcessBuilder(List.of(
                        program,
                        "--config.file=" + config,
                        "--storage.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--cluster.listen-address="))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        process = started;
        NotifyFixture.await("the Alertmanager is ready", () -> {
            assertThat(started.isAlive()).as(this::log).isTrue();
            return status("/-/ready") == 200;
        });
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Account, limit, kind and threshold of what is active. */
    List<String> active() {
        TreeSet<String> names = new TreeSet<>();
        for (JsonNode alert : alerts()) {
            JsonNode labels = alert.get("labels");
            if (!labels.path("account").isMissingNode()) {
                names.add(labels.path("account").asText() + " "
                        + labels.path("limit").asText("-") + " "
                        + labels.path("kind").asText() + " "
                        + labels.path("threshold").asText(""));
            }
        }
        return List.copyOf(names);
    }

    /** All that are active, as it shows them. */
    JsonNode alerts() {
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(url() + "/api/v2/alerts"))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer::body).isEqualTo(200);
            return new ObjectMapper().readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private int status(String path) {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create(url() + path)).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    void kill() throws InterruptedException {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroyForcibly();
            assertThat(running.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        client.close();
    }
}
