package dev.tollgate.publisher.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.TestingKafka;
import dev.tollgate.publisher.TestingKafka.Arrived;
import dev.tollgate.publisher.TestingRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of docs/publishing.md against a broker. */
class ExamplesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static TestingKafka kafka;
    private static TestingRegistry registry;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void startStack() throws Exception {
        registry = new TestingRegistry();
        kafka = TestingKafka.startedIn(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopStack() {
        kafka.close();
        registry.close();
    }

    @Test
    void givenTheFirstEventOfTheGuide_whenRun_thenItArrives() throws Exception {
        FirstEvent.main(new String[] {
            kafka.bootstrapServers(), registry.url(), folder.resolve("first").toString()
        });

        assertThat(arrived("acme")).singleElement().satisfies(record -> {
            assertThat(record.event().getEndpoint()).isEqualTo("/v2/mem-it");
            assertThat(record.event().getUnits()).isEqualTo(12);
            assertThat(record.event().getProducer()).isEqualTo("recall-service");
        });
    }

    @Test
    void givenAServiceOnTheJdksServer_whenCalled_thenEachRequestIsAnEventWithItsOutcome() throws Exception {
        try (RequestEventPublisher publisher = start()) {
            HttpServer server = HttpServerExample.start(publisher);
            try {
                String base = "http://127.0.0.1:" + server.getAddress().getPort();
                call(base + "/mems/17?verbose=1", "jdk");
                call(base + "/nothing", "jdk");
                call(base + "/health", "jdk");
                call(base + "/mems/18", null);
                // No answer comes, for which the client would send a GET again.
                post(base + "/broken", "jdk");
                awaitPublished(publisher, 3);
            } finally {
                server.stop(0);
            }
        }

        assertThat(lines("jdk"))
                .containsExactlyInAnyOrder(
                        "GET /mems/{id} SUCCESS null", "GET /nothing INVALID null", "POST /broken SERVER_ERROR null");
    }

    @Test
    void givenAServletService_whenCalled_thenEachRequestIsAnEventWithItsOutcome() throws Exception {
        try (RequestEventPublisher publisher = start()) {
            Server server = ServletExample.start(publisher);
            try {
                int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
                String base = "http://127.0.0.1:" + port;
                assertThat(call(base + "/v2/mem-it", "servlet")).isEqualTo(200);
                assertThat(call(base + "/v1/mems/77;v=1", "servlet")).isEqualTo(200);
                assertThat(call(base + "/made/up/by/a/caller", "servlet")).isEqualTo(200);
                assertThat(call(base + "/v1/slow", "servlet")).isEqualTo(503);
                assertThat(call(base + "/v1/broken", "servlet")).isEqualTo(500);
                assertThat(call(base + "/v2/mem-it", null)).isEqualTo(401);
                assertThat(call(base + "/v2/mem-it", "servlet", "X-Suspended", "yes"))
                        .isEqualTo(403);
                awaitPublished(publisher, 6);
            } finally {
                server.stop();
            }
        }

        assertThat(lines("servlet"))
                .containsExactlyInAnyOrder(
                        "/v2/mem-it SUCCESS 3",
                        "/v1/mems/{id} SUCCESS 3",
                        "/{unmatched} SUCCESS 3",
                        "/v1/slow SERVER_ERROR null",
                        "/v1/broken SERVER_ERROR null",
                        "/v2/mem-it AUTH_FAILED null");
    }

    private static RequestEventPublisher start() {
        return RequestEventPublisher.start(PublisherConfig.from(kafka.publisherProperties(registry)));
    }

    /** The status of the answer; -1 if the connection was closed without one. */
    private int call(String uri, @Nullable String account, String... headers) throws InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(uri)), account, headers);
    }

    private void post(String uri, String account) throws InterruptedException {
        send(HttpRequest.newBuilder(URI.create(uri)).POST(HttpRequest.BodyPublishers.noBody()), account);
    }

    private int send(HttpRequest.Builder request, @Nullable String account, String... headers)
            throws InterruptedException {
        if (account != null) {
            request.header("X-Account-Id", account);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return -1;
        }
    }

    /** A filter publishes after the answer, which the caller may have before that. */
    private static void awaitPublished(RequestEventPublisher publisher, long count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (publisher.counters().published() < count) {
            assertThat(System.nanoTime() - deadline).as("took too long").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(publisher.flush(PATIENCE)).isTrue();
        assertThat(publisher.counters().published()).isEqualTo(count);
    }

    private static List<String> lines(String account) throws IOException {
        return arrived(account).stream()
                .map(record -> record.event().getEndpoint() + " "
                        + record.event().getOutcome() + " " + record.event().getUnits())
                .toList();
    }

    private static List<Arrived> arrived(String account) throws IOException {
        return kafka.readAll().stream()
                .filter(record -> record.key().equals(account))
                .toList();
    }
}
