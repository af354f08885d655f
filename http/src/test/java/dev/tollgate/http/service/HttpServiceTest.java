package dev.tollgate.http.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.Answer;
import dev.tollgate.http.Budget;
import dev.tollgate.http.Routes;
import dev.tollgate.http.server.CorsConfig;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.server.Readiness;
import dev.tollgate.http.server.RequestListener;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.http.token.Tokens;
import dev.tollgate.schemas.metrics.MetricsConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServiceTest {
    private static final String TOKEN = "a-token-of-some-length-123";
    private static final String OTHER_TOKEN = "another-token-of-some-length";

    private final List<String> closed = new ArrayList<>();
    private final List<TestingService> services = new ArrayList<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Integer> answered = new CompletableFuture<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        answered.complete(200);
        services.forEach(HttpService::close);
        client.close();
    }

    private static final class TestingService extends HttpService {
        private TestingService(HttpServer server, Tokens tokens, OpenParts parts) {
            super(server, tokens, parts);
        }
    }

    private record TestingConfig(
            HttpServerConfig http, List<AccessToken> tokens, MetricsConfig metrics, Map<String, String> effective)
            implements HttpServiceConfig {
        static TestingConfig of(int port, AccessToken... tokens) {
            Duration patience = Duration.ofSeconds(20);
            return new TestingConfig(
                    new HttpServerConfig("127.0.0.1", port, null, 10, patience, patience, patience),
                    List.of(tokens),
                    new MetricsConfig(null),
                    Map.of());
        }
    }

    private static AccessToken token(String name, String token) {
        return new AccessToken(name, TokenHash.of(token), Role.READER, List.of(), Optional.empty());
    }

    private AutoCloseable part(String name) {
        return () -> closed.add(name);
    }

    private TestingService start(TestingConfig config) {
        TestingService service = HttpService.open(
                "the service",
                config,
                parts -> {
                    parts.add(part("first"));
                    parts.add(() -> {
                        closed.add("failing");
                        throw new IllegalStateException("cannot be closed");
                    });
                    parts.add(part("last"));
                    Tokens tokens = new Tokens(config.tokens(), new Budget(0), 0, InstantSource.system());
                    Routes routes = new Routes()
                            .get(
                                    "/who",
                                    exchange -> Answer.json(
                                            200,
                                            json -> json.writeStringField(
                                                    "who",
                                                    tokens.of(exchange.headers())
                                                            .map(AccessToken::name)
                                                            .orElse("nobody"))))
                            .get("/slow", exchange -> {
                                asked.countDown();
                                int status = answered.join();
                                return Answer.json(status, json -> json.writeNumberField("closed", closed.size()));
                            });
                    HttpServer server = HttpServer.start(
                            "testing",
                            config.http(),
                            routes,
                            () -> Readiness.State.READY,
                            RequestListener.NONE,
                            CorsConfig.NONE);
                    return new TestingService(server, tokens, parts);
                },
                IllegalArgumentException::new);
        services.add(service);
        return service;
    }

    private CompletableFuture<HttpResponse<String>> get(TestingService service, String path, String token) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.address() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token)
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void givenAService_whenItIsOpen_thenItIsReadyAtItsAddress() throws Exception {
        TestingService service = start(TestingConfig.of(0));

        assertThat(service.address().getPort()).isPositive();
        assertThat(service.routes()).containsEntry("/who", Set.of("GET")).containsEntry("/health/ready", Set.of("GET"));
        assertThat(service.isReady()).isTrue();
        assertThat(service.isStopped()).isFalse();
        assertThat(closed).isEmpty();
    }

    @Test
    void givenOpenParts_whenClosedTwice_thenEachIsClosedOnceAndTheLastFirstThoughOneFails() throws Exception {
        TestingService service = start(TestingConfig.of(0));

        service.close();
        service.close();

        assertThat(closed).containsExactly("last", "failing", "first");
        assertThat(service.isReady()).isFalse();
        assertThat(service.isStopped()).isTrue();
        service.awaitTermination();
    }

    @Test
    void givenARequestUnderWay_whenClosed_thenItIsAnsweredBeforeAnyPartIsClosed() throws Exception {
        TestingService service = start(TestingConfig.of(0));
        CompletableFuture<HttpResponse<String>> answer = get(service, "/slow", TOKEN);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        Thread closing = Thread.ofPlatform().start(service::close);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (service.isReady() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(service.isReady()).isFalse();
        answered.complete(200);

        assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("{\"closed\":0}");
        closing.join(Duration.ofSeconds(20));
        assertThat(closed).hasSize(3);
    }

    @Test
    void givenAnAddressThatIsTaken_whenOpened_thenTheMessageNamesItAndWhatWasOpenIsClosed() throws Exception {
        int port = start(TestingConfig.of(0)).address().getPort();

        assertThatThrownBy(() -> start(TestingConfig.of(port)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the service did not start on 127.0.0.1:" + port + ": ")
                .hasRootCauseMessage("Address already in use");

        assertThat(closed).containsExactly("last", "failing", "first");
    }

    @Test
    void givenOtherTokens_whenReplaced_thenTheyCountAndTheOldOnesDoNot() throws Exception {
        TestingService service = start(TestingConfig.of(0, token("before", TOKEN)));
        assertThat(get(service, "/who", TOKEN).get().body()).contains("before");

        service.replaceTokens(List.of(token("after", OTHER_TOKEN)));

        assertThat(get(service, "/who", TOKEN).get().body()).contains("nobody");
        assertThat(get(service, "/who", OTHER_TOKEN).get().body()).contains("after");
    }

    @Test
    void givenAServiceForEveryoneOrNoTokens_whenReplaced_thenTheTokensStayAsTheyWere() throws Exception {
        TestingService open = start(TestingConfig.of(0));
        TestingService guarded = start(TestingConfig.of(0, token("before", TOKEN)));

        assertThatThrownBy(() -> open.replaceTokens(List.of(token("after", OTHER_TOKEN))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("by a restart only");
        assertThatThrownBy(() -> guarded.replaceTokens(List.of())).isInstanceOf(IllegalArgumentException.class);

        assertThat(get(guarded, "/who", TOKEN).get().body()).contains("before");
    }
}
