package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gateway.HttpCalls.Reply;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.schemas.avro.RequestEvent;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one caller can do to others, and what a path, a page or an old token opens. */
class GatewayHardeningIT {
    private static final String ONE = "a-token-of-some-length-123";
    private static final String TWO = "another-token-of-length-456";
    private static final String EVENT = "{\"account_id\":\"hard\",\"endpoint\":\"/v2/a\"}";

    private static GatewayFixture fixture;
    private static Gateway open;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        fixture = new GatewayFixture(folder);
        open = fixture.gateway();
    }

    @AfterAll
    static void stop() {
        open.close();
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/../health/live",
                "/health/live;x",
                "/health//live",
                "/health/./live",
                "/health/%6Cive",
                "/v1/%2e%2e/health/live",
                "/health/live/",
                "//health/live",
                "/HEALTH/live",
                "/v1/events;x"
            })
    void givenAPathThatOthersMayTakeForAnother_whenAskedFor_thenThereIsNothing(String path) throws IOException {
        try (Socket socket = HttpCalls.socket(open)) {
            HttpCalls.write(socket, "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(HttpCalls.readToEnd(socket)).as(path).containsPattern("^HTTP/1.1 40[04] ");
        }
    }

    @Test
    void givenManySlowBodiesOfOneToken_whenAnotherPublishes_thenItHasRoom() throws Exception {
        try (Gateway shared = fixture.gateway(
                "gateway.anonymous", "false",
                "gateway.tokens.one.hash", TokenHash.of(ONE).text(),
                "gateway.tokens.two.hash", TokenHash.of(TWO).text(),
                "gateway.max-body-bytes", "262144",
                "gateway.in-flight-bytes", "1048576",
                "gateway.idle-timeout", "5m",
                "gateway.request-timeout", "5m",
                "gateway.min-body-rate", "0")) {
            List<Socket> slow = new ArrayList<>();
            try {
                // Five bodies fit into the share in whatever order they grow. Nothing else of this token may be under
                // way before they have grown: a body that finds the share full is rejected and holds nothing.
                for (int i = 0; i < 5; i++) {
                    Socket socket = HttpCalls.socket(shared);
                    slow.add(socket);
                    HttpCalls.write(socket, head(ONE, 100_000) + " ".repeat(70_000));
                }
                GatewayFixture.await(
                        "the slow bodies have grown",
                        () -> GatewayFixture.gauge(shared, "tollgate.gateway.in.flight.bytes") >= 500_000);
                String large = EVENT + " ".repeat(90_000);

                assertThat(post(shared, ONE, large).status()).isEqualTo(429);
                assertThat(post(shared, TWO, large).status()).isEqualTo(200);
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void givenABodyThatTricklesBehindAFastBeginning_whenItIsSlowerThanTheLeastRate_thenItIsAnsweredWith408()
            throws Exception {
        try (Gateway strict = fixture.gateway("gateway.request-timeout", "8s", "gateway.min-body-rate", "1000");
                Socket socket = HttpCalls.socket(strict)) {
            HttpCalls.write(
                    socket,
                    "POST /v1/events HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Content-Type: application/json\r\n"
                            + "Content-Length: 500000\r\n\r\n"
                            + " ".repeat(100_000));
            socket.setSoTimeout(50);
            // What the sender goes on with is thrown away for 5 s before the answer is written.
            long deadline = System.nanoTime() + 30_000_000_000L;
            String answer = "";
            while (answer.isEmpty() && System.nanoTime() - deadline < 0) {
                HttpCalls.write(socket, " ");
                answer = available(socket);
            }

            assertThat(answer).startsWith("HTTP/1.1 408").contains("at 1000 bytes a second or faster");
        }
    }

    @Test
    void givenARevokedToken_whenItIsReplaced_thenItIsUnknownAtOnceAndTheNewOneIsKnown() throws Exception {
        try (Gateway gateway = fixture.gateway(
                "gateway.anonymous",
                "false",
                "gateway.tokens.one.hash",
                TokenHash.of(ONE).text())) {
            assertThat(post(gateway, ONE).status()).isEqualTo(200);

            gateway.replaceTokens(
                    List.of(new AccessToken("two", TokenHash.of(TWO), Role.PUBLISHER, List.of(), Optional.empty())));

            assertThat(post(gateway, ONE).status()).isEqualTo(401);
            assertThat(post(gateway, TWO).status()).isEqualTo(200);
        }
    }

    @Test
    void givenATokenOfAnotherRoleOrOneThatHasEnded_whenItPublishes_thenItIsRejected() throws Exception {
        try (Gateway gateway = fixture.gateway(
                "gateway.anonymous",
                "false",
                "gateway.tokens.one.hash",
                TokenHash.of(ONE).text(),
                "gateway.tokens.one.role",
                "reader",
                "gateway.tokens.two.hash",
                TokenHash.of(TWO).text(),
                "gateway.tokens.two.expires",
                "2026-01-01T00:00:00Z")) {
            assertThat(post(gateway, ONE).status()).isEqualTo(403);
            assertThat(post(gateway, ONE).text()).contains("role-not-allowed");
            assertThat(post(gateway, TWO).status()).isEqualTo(401);
        }
    }

    @Test
    void givenAPageOfANamedOrigin_whenItAsksBefore_thenItMayPublishAndOthersMayNot() throws Exception {
        try (Gateway gateway = fixture.gateway("gateway.cors.origins", "https://app.example.org")) {
            String allowed = preflight(gateway, "https://app.example.org");
            String other = preflight(gateway, "https://app.example.org.evil.example");
            Reply posted = HttpCalls.post(gateway, HttpCalls.JSON, EVENT, "Origin", "https://app.example.org");

            assertThat(allowed)
                    .startsWith("HTTP/1.1 20")
                    .containsIgnoringCase("Access-Control-Allow-Origin: https://app.example.org")
                    .containsIgnoringCase("Idempotency-Key");
            assertThat(other).doesNotContainIgnoringCase("Access-Control-Allow-Origin");
            assertThat(posted.status()).isEqualTo(200);
            assertThat(posted.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.org");
            assertThat(posted.header("Vary")).containsIgnoringCase("Origin");
        }
    }

    @Test
    void givenNoOriginIsNamed_whenAPageAsks_thenNoHeaderLetsIt() throws Exception {
        assertThat(preflight(open, "https://app.example.org"))
                .startsWith("HTTP/1.1 405")
                .doesNotContainIgnoringCase("Access-Control-Allow");
        assertThat(HttpCalls.post(open, HttpCalls.JSON, EVENT, "Origin", "https://app.example.org")
                        .header("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void givenAnIdempotencyKey_whenItComesAgain_thenOnlyTheSameBodyIsARepetition() {
        String account = "keyed";
        String first = "{\"account_id\":\"" + account + "\",\"endpoint\":\"/v2/a\"}";
        String second = "{\"account_id\":\"" + account + "\",\"endpoint\":\"/v2/b\"}";
        for (String body : List.of(first, first, second)) {
            assertThat(HttpCalls.post(open, HttpCalls.JSON, body, "Idempotency-Key", "k-1")
                            .status())
                    .isEqualTo(200);
        }

        assertThat(fixture.events(account).stream()
                        .map(RequestEvent::getEventId)
                        .distinct())
                .hasSize(2);
    }

    private static Reply post(Gateway gateway, String token) {
        return post(gateway, token, EVENT);
    }

    private static Reply post(Gateway gateway, String token, String body) {
        return HttpCalls.post(gateway, HttpCalls.JSON, body, "Authorization", "Bearer " + token);
    }

    private static String head(String token, int length) {
        return "POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static String preflight(Gateway gateway, String origin) throws IOException {
        try (Socket socket = HttpCalls.socket(gateway)) {
            HttpCalls.write(
                    socket,
                    "OPTIONS /v1/events HTTP/1.1\r\nHost: a\r\nOrigin: " + origin
                            + "\r\n"
                            + "Access-Control-Request-Method: POST\r\n"
                            + "Access-Control-Request-Headers: authorization,content-type,idempotency-key\r\n"
                            + "Connection: close\r\n\r\n");
            return HttpCalls.readToEnd(socket);
        }
    }

    private static String available(Socket socket) throws IOException {
        byte[] bytes = new byte[8_192];
        try {
            int read = socket.getInputStream().read(bytes);
            return read < 0 ? "closed" : new String(bytes, 0, read, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (java.net.SocketTimeoutException e) {
            return "";
        }
    }
}
