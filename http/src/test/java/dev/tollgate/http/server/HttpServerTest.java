package dev.tollgate.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.ProblemException;
import dev.tollgate.http.Routes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
    private static final int ROWS = 200_000;

    private final AtomicReference<Readiness.State> readiness = new AtomicReference<>(Readiness.State.READY);
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        Routes routes = new Routes()
                .get(
                        "/things/{thing}",
                        exchange -> Answer.json(200, json -> {
                            json.writeStringField("thing", exchange.variable("thing"));
                            json.writeStringField("id", exchange.requestId());
                        }))
                .any(
                        "/all/**",
                        exchange -> Answer.of(
                                200,
                                "text/plain",
                                (exchange.method() + " " + exchange.path()).getBytes(StandardCharsets.UTF_8)))
                .get(
                        "/rows",
                        exchange -> Answer.stream(200, "text/csv", out -> {
                            for (int row = 0; row < ROWS; row++) {
                                out.write((row + "\r\n").getBytes(StandardCharsets.US_ASCII));
                            }
                        }))
                .get(
                        "/broken-at-once",
                        exchange -> Answer.stream(200, "text/csv", out -> {
                            out.write('1');
                            throw new IOException("no more rows");
                        }))
                .get(
                        "/broken-later",
                        exchange -> Answer.stream(200, "text/csv", out -> {
                            out.write(new byte[1 << 20]);
                            throw new IOException("no more rows");
                        }))
                .get(
                        "/away",
                        exchange -> Answer.stream(200, "text/csv", out -> {
                            throw new ProblemException(
                                    Answer.problem(CommonProblem.OVERLOADED, "no room for more rows"));
                        }))
                .get("/fault", exchange -> {
                    throw new IllegalStateException("left is right");
                });
        server = HttpServer.start(
                "test",
                new HttpServerConfig(
                        "127.0.0.1", 0, null, 100, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(1)),
                routes,
                readiness::get,
                (method, path, status, nanos) -> heard.add(method + " " + path + " " + status),
                CorsConfig.NONE);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void givenATemplate_whenAsked_thenTheEndpointHasItsVariableAndTheListenerItsRoute() throws Exception {
        HttpResponse<String> answer = get("/things/a%2Fb", "X-Request-Id", "trace-7");

        assertThat(answer.body()).isEqualTo("{\"thing\":\"a/b\",\"id\":\"trace-7\"}");
        assertThat(answer.headers().firstValue("X-Request-Id")).contains("trace-7");
        assertThat(heard).containsExactly("GET /things/{thing} 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"has blanks", "<script>", "\"quoted\"", ""})
    void givenAnUnfitRequestId_whenAsked_thenAnotherIsMade(String id) throws Exception {
        HttpResponse<String> answer = get("/things/x", "X-Request-Id", id);

        assertThat(UUID.fromString(answer.headers().firstValue("X-Request-Id").orElseThrow())
                        .version())
                .isEqualTo(7);
        assertThat(answer.body()).doesNotContain("blanks", "script", "quoted");
    }

    @Test
    void givenProblems_whenAnswered_thenEachNamesItsRequest() throws Exception {
        HttpResponse<String> nothing = get("/nothing", "X-Request-Id", "trace-8");
        HttpResponse<String> fault = get("/fault", "X-Request-Id", "trace-9");
        HttpResponse<String> method = client.send(
                HttpRequest.newBuilder(server.address().resolve("/rows"))
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(nothing.body())
                .contains("\"type\":\"urn:tollgate:problem:not-found\"", "\"request_id\":\"trace-8\"");
        assertThat(fault.statusCode()).isEqualTo(500);
        assertThat(fault.body()).contains("internal-error", "trace-9").doesNotContain("left is right");
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void givenAPrefix_whenAsked_thenEveryMethodAndPathBelowIsAnswered() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(server.address().resolve("/all/v2/mem-it?x=1"))
                        .method("PURGE", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo("PURGE /all/v2/mem-it");
    }

    @Test
    void givenAStream_whenRead_thenAllOfItIsThereInChunks() throws Exception {
        HttpResponse<String> answer = get("/rows");
        List<String> rows = answer.body().lines().toList();

        assertThat(rows).hasSize(ROWS).endsWith(Integer.toString(ROWS - 1));
        assertThat(answer.headers().firstValue("Content-Length")).isEmpty();
        assertThat(head("/rows").body()).isEmpty();
    }

    @Test
    void givenAStreamThatFails_whenNothingWasWritten_thenAProblemSaysSo() throws Exception {
        HttpResponse<String> answer = get("/broken-at-once");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).startsWith("{\"type\":\"urn:tollgate:problem:internal-error\"");
    }

    @Test
    void givenAStreamThatIsRejected_whenNothingWasWritten_thenTheProblemIsTheAnswer() throws Exception {
        HttpResponse<String> answer = get("/away");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains("no room for more rows");
    }

    @Test
    void givenAStreamThatFails_whenSomeWasWritten_thenTheConnectionBreaksOff() {
        assertThatThrownBy(() -> get("/broken-later")).isInstanceOf(IOException.class);
    }

    @Test
    void givenSomethingMissing_whenAskedForHealth_thenItIsAliveAndNotReady() throws Exception {
        readiness.set(Readiness.State.notReady("kafka-unavailable", "no broker \"a:1\" answers"));

        assertThat(get("/health/live").body()).isEqualTo("{\"status\":\"live\"}");
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").body())
                .isEqualTo("{\"status\":\"kafka-unavailable\",\"detail\":\"no broker \\\"a:1\\\" answers\"}");
        assertThat(server.isReady()).isFalse();
        readiness.set(Readiness.State.READY);
        assertThat(get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");
    }

    @Test
    void givenAServerThatStopped_whenAskedForItsAddress_thenItIsWhatItWas() {
        URI before = server.address();

        server.close();

        assertThat(server.isStopped()).isTrue();
        assertThat(server.address()).isEqualTo(before);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> head(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.address() + path))
                        .HEAD()
                        .build(),
                BodyHandlers.ofString());
    }
}
