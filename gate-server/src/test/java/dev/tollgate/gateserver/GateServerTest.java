package dev.tollgate.gateserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.gate.Gate;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /v1/check} on the shipped plan {@code mem}, as proxies ask it. */
class GateServerTest {
    private static final String CHECK = "/v1/check";

    private final HttpClient client = HttpClient.newHttpClient();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<GateServer> servers = new ArrayList<>();
    /** Account, endpoint, event id and outcome of what is recorded. */
    private final Queue<String> recorded = new ConcurrentLinkedQueue<>();

    private final Map<String, Outcome> outcomes = new HashMap<>();

    @AfterEach
    void stop() {
        client.close();
        servers.forEach(GateServer::close);
    }

    static Map<String, String> settings(String... changes) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.bootstrap-servers",
                "127.0.0.1:1",
                "registry.url",
                "http://127.0.0.1:1",
                "gate.default-plan",
                "mem",
                "gate-server.port",
                "0"));
        for (int i = 0; i < changes.length; i += 2) {
            settings.put(changes[i], changes[i + 1]);
        }
        return settings;
    }

    private GateServer server(String... changes) throws Exception {
        GateServerConfig config = GateServerConfig.from(settings(changes));
        Gate gate = Gate.unfed(config.gate(), System::currentTimeMillis);
        PlanFile.read(Path.of("..", "plans", "mem.yaml")).forEach(gate::apply);
        gate.apply(state("unpaid", "no payment since März"));
        GateServer server = GateServer.start(config, registry, gate, (call, id, outcome, delivery) -> {
            recorded.add(call.accountId() + " " + call.endpoint() + " " + id);
            outcomes.put(String.valueOf(id), outcome);
            delivery.dropped();
        });
        servers.add(server);
        return server;
    }

    /** A suspended account. */
    private static LimitState state(String account, String reason) {
        Instant now = Instant.now();
        return LimitState.newBuilder()
                .setAccountId(account)
                .setVersion(1)
                .setStreamTime(now)
                .setAsOf(now)
                .setPlanId("mem")
                .setPlanVersion(1)
                .setExempt(false)
                .setSuspended(true)
                .setSuspensionReason(reason)
                .setMostConstrained(Map.of())
                .setSourcePartition(0)
                .setSourceOffset(1)
                .setBuckets(List.of())
                .setOverrides(List.of())
                .build();
    }

    private HttpResponse<String> ask(GateServer server, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> memIt(GateServer server, String account, String query) throws Exception {
        return ask(
                server,
                "GET",
                CHECK + query,
                "X-Account-Id",
                account,
                "X-Forwarded-Method",
                "POST",
                "X-Forwarded-Uri",
                "/v2/mem-it?q=1",
                "X-Request-Id",
                "r-" + account);
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return new ObjectMapper().readTree(answer.body());
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void givenSixCalls_whenTheMinuteHoldsFive_thenTheSixthIsDeniedWithEveryHeaderAndTheProblem() throws Exception {
        GateServer server = server();

        for (int i = 0; i < 5; i++) {
            HttpResponse<String> allowed = memIt(server, "acme", "");
            assertThat(allowed.statusCode()).as(allowed.body()).isEqualTo(200);
            assertThat(allowed.body()).isEmpty();
            assertThat(header(allowed, "X-Account-Id")).isEqualTo("acme");
            assertThat(header(allowed, "X-Tollgate-Status")).isEqualTo("200");
            assertThat(Integer.parseInt(header(allowed, "X-Complexity-Remaining")))
                    .isBetween(160 - 40 * i, 200 - 40 * i);
            assertThat(header(allowed, "RateLimit")).contains(";r=");
        }
        HttpResponse<String> denied = memIt(server, "acme", "");

        assertThat(denied.statusCode()).isEqualTo(429);
        assertThat(header(denied, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(Integer.parseInt(header(denied, "Retry-After"))).isBetween(1, 12);
        assertThat(header(denied, "X-RateLimit-Limit")).isEqualTo("100");
        assertThat(header(denied, "X-Complexity-Limit")).isEqualTo("200");
        assertThat(header(denied, "RateLimit-Policy")).contains("q=200");
        assertThat(header(denied, "X-Account-Id")).isEmpty();
        assertThat(header(denied, "X-Tollgate-Problem")).isEmpty();
        assertThat(json(denied).get("violated-policies").get(0).asText()).isEqualTo("complexity-per-minute");
        assertThat(recorded).isEmpty();
        assertThat(registry.get("tollgate.gateserver.check")
                        .tag("status", "200")
                        .timer()
                        .count())
                .isEqualTo(5);
        assertThat(registry.get("tollgate.gateserver.check")
                        .tag("status", "429")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void givenDenyStatus_whenDenied_thenTheReasonsStatusAndProblemAreInHeaders() throws Exception {
        GateServer server = server();
        while (memIt(server, "acme", "").statusCode() == 200) {
            // Until the minute is used up.
        }

        HttpResponse<String> denied = memIt(server, "acme", "?deny_status=403");
        HttpResponse<String> suspended = memIt(server, "unpaid", "?deny_status=403");

        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(header(denied, "X-Tollgate-Status")).isEqualTo("429");
        assertThat(new ObjectMapper().readTree(header(denied, "X-Tollgate-Problem")))
                .isEqualTo(json(denied));
        assertThat(suspended.statusCode()).isEqualTo(403);
        assertThat(header(suspended, "X-Tollgate-Problem")).contains("M\\u00e4rz");
        assertThat(new ObjectMapper().readTree(header(suspended, "X-Tollgate-Problem")))
                .isEqualTo(json(suspended));
    }

    @Test
    void givenRecord_whenAsked_thenTheEventOfEachCallIsPublishedWithTheProxysId() throws Exception {
        GateServer server = server();

        assertThat(memIt(server, "acme", "?record=true").statusCode()).isEqualTo(200);
        assertThat(memIt(server, "unpaid", "?record=true").statusCode()).isEqualTo(403);
        assertThat(memIt(server, "acme", "?record=false").statusCode()).isEqualTo(200);
        assertThat(memIt(server, "acme", "?dry_run=true").statusCode()).isEqualTo(200);

        assertThat(recorded).containsExactly("acme POST /v2/mem-it r-acme", "unpaid POST /v2/mem-it r-unpaid");
        assertThat(outcomes).containsEntry("r-acme", Outcome.SUCCESS).containsEntry("r-unpaid", Outcome.LIMITED);
        // The recorded one was given back when its event was dropped; the dry one took nothing.
        HttpResponse<String> next = memIt(server, "acme", "");
        assertThat(Integer.parseInt(header(next, "X-Complexity-Remaining"))).isBetween(120, 160);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PROPFIND"})
    void givenAPathBelow_whenAskedWithAnyMethod_thenTheyAreTheCallAndItsQueryCannotChangeTheCheck(String method)
            throws Exception {
        GateServer server = server("gate-server.record", "true");

        HttpResponse<String> answer =
                ask(server, method, CHECK + "/v2/mem-it?dry_run=true&record=false", "X-Account-Id", "acme");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(recorded).hasSize(1).allMatch(line -> line.startsWith("acme " + method + " /v2/mem-it "));
    }

    @Test
    void givenRequestsThatSayTooLittle_whenAsked_thenEveryProblemIsNamed() throws Exception {
        GateServer server = server();

        HttpResponse<String> answer = ask(
                server, "GET", CHECK + "?dryrun=true", "X-Account-Id", "a".repeat(200), "X-Original-URI", "nowhere");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode problem = json(answer);
        assertThat(problem.get("type").asText()).isEqualTo("urn:tollgate:problem:malformed-request");
        assertThat(problem.get("problems")).hasSize(3);
        assertThat(problem.get("problems").get(0).get("parameter").asText()).isEqualTo("dryrun");
        assertThat(problem.get("problems").get(1).get("header").asText()).isEqualTo("X-Account-Id");
        assertThat(registry.get("tollgate.gateserver.check")
                        .tag("status", "400")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void givenHostileBytes_whenTheyAreSentAsTheyAre_thenEachIsAnsweredAndTheServerGoesOn() throws Exception {
        GateServer server = server();
        String head = "GET /v1/check HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-Uri: /v2/notes\r\n";

        assertThat(raw(server, head + "X-Account-Id: acme\r\nX-Account-Id: other\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("must be sent once, was sent 2 times");
        assertThat(raw(server, head + "X-Account-Id: " + "a".repeat(100_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(raw(server, head + "X-Account-Id: ac\u0001me\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(server, head + "X-Account-Id: ac\u0000me\r\n\r\n")).startsWith("HTTP/1.1 400");
        // 0xE4 alone is no UTF-8.
        assertThat(raw(server, head + "X-Account-Id: m\u00e4rz\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("must be UTF-8");
        String utf8 = new String("märz-猫".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(raw(server, head + "X-Account-Id: " + utf8 + "\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("X-Account-Id: " + utf8);
        assertThat(memIt(server, "acme", "").statusCode()).isEqualTo(200);
    }

    /** Sends bytes, one for each character, and reads the answer likewise. */
    private static String raw(GateServer server, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void givenTokens_whenAProxyAsks_thenItNeedsOneThatIsForTheAccount() throws Exception {
        String token = TokenHash.newToken();
        GateServer server = server(
                "gate-server.tokens.edge.hash", TokenHash.of(token).text(), "gate-server.tokens.edge.accounts", "ac*");

        assertThat(memIt(server, "acme", "").statusCode()).isEqualTo(401);
        String[] headers = {"Authorization", "Bearer " + token, "X-Forwarded-Uri", "/", "X-Account-Id"};
        assertThat(ask(server, "GET", CHECK, plus(headers, "acme")).statusCode())
                .isEqualTo(200);
        assertThat(ask(server, "GET", CHECK, plus(headers, "zeta")).statusCode())
                .isEqualTo(403);

        String next = TokenHash.newToken();
        server.replaceTokens(GateServerConfig.from(settings(
                        "gate-server.tokens.edge.hash", TokenHash.of(next).text()))
                .tokens());
        assertThat(ask(server, "GET", CHECK, plus(headers, "acme")).statusCode())
                .isEqualTo(401);
    }

    private static String[] plus(String[] some, String more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.add(more);
        return all.toArray(String[]::new);
    }

    @Test
    void givenNoAccountAndPolicyOpen_whenAsked_thenTheCallGoesAheadUncounted() throws Exception {
        GateServer server = server("gate-server.no-account", "open", "gate-server.record", "true");

        HttpResponse<String> answer = ask(server, "GET", CHECK + "/health");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Tollgate-Status")).isEqualTo("200");
        assertThat(recorded).isEmpty();
    }

    @Test
    void givenHealth_whenTheLimitsAreKnown_thenItIsReadyAndEndsInOrder() throws Exception {
        GateServer server = server();

        assertThat(ask(server, "GET", "/health/live").statusCode()).isEqualTo(200);
        assertThat(ask(server, "GET", "/health/ready").statusCode()).isEqualTo(200);
        assertThat(server.isReady()).isTrue();
        server.close();
        server.close();
        assertThat(server.isStopped()).isTrue();
    }

    @Test
    void givenKafkaIsAway_whenStarted_thenItAnswersByPolicyWithoutWaitingAndIsNotReady() throws Exception {
        GateServerConfig config = GateServerConfig.from(
                settings("gate.start-timeout", "0s", "gate.start-policy", "closed", "publisher.close-timeout", "0ms"));
        GateServer server = GateServer.start(config, registry);
        servers.add(server);
        assertThat(server.awaitLimits()).isFalse();

        long from = System.nanoTime();
        HttpResponse<String> closed = memIt(server, "acme", "?record=true");
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);

        assertThat(closed.statusCode()).isEqualTo(503);
        assertThat(header(closed, "Retry-After")).isEqualTo("5");
        assertThat(millis).isLessThan(5_000);
        HttpResponse<String> ready = ask(server, "GET", "/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(json(ready).get("status").asText()).isEqualTo("limits-unknown");
        assertThat(registry.get("tollgate.publisher.published.events")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void givenAnAddressThatIsTaken_whenStarted_thenTheMessageNamesIt() throws Exception {
        String port = Integer.toString(server().address().getPort());

        assertThatThrownBy(() -> GateServer.start(
                        GateServerConfig.from(settings("gate-server.port", port)), new SimpleMeterRegistry()))
                .isInstanceOf(GateServerException.class)
                .hasMessageContaining("the gate did not start on 127.0.0.1:" + port)
                .hasMessageContaining("Failed to bind")
                .hasRootCauseMessage("Address already in use");
    }
}
