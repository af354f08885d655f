package dev.tollgate.api.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.Routes;
import dev.tollgate.http.server.CorsConfig;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.server.Readiness;
import dev.tollgate.http.server.RequestListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of the test's resources over HTTP: what is served, under which headers, and that nothing else is. */
class ConsoleTest {
    private static final String PAGES = "/dev/tollgate/api/console/pages/";

    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        Routes routes = new Routes();
        Console.find(PAGES).orElseThrow().addTo(routes);
        server = HttpServer.start(
                "test",
                new HttpServerConfig(
                        "127.0.0.1", 0, null, 100, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(1)),
                routes,
                () -> Readiness.State.READY,
                RequestListener.NONE,
                CorsConfig.NONE);
    }

    @AfterEach
    void stop() {
        // The server would wait for its connections.
        client.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/",
                "/console/usage?period=-7d",
                "/console/accounts/team%2Fa",
                "/console/index.html",
                "/console/secret.txt",
                "/console/files.txt",
                "/console/csp.txt",
                "/console/..%2fsecret.txt",
                "/console/assets%2Fapp-1a2b.js"
            })
    void givenAPathThatIsNoFile_whenAsked_thenItIsThePageUnderAPolicyOfItsOwn(String path) throws Exception {
        HttpResponse<byte[]> first = get(path);
        HttpResponse<byte[]> second = get(path);

        String nonce = header(first, "Content-Security-Policy").replaceFirst(".*'nonce-([0-9a-f]{32})'.*", "$1");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(first, "Cache-Control")).isEqualTo("no-store");
        assertThat(header(first, "Content-Security-Policy")).startsWith("default-src 'none'");
        assertThat(nonce).hasSize(32);
        assertThat(text(first)).contains("content=\"" + nonce + "\"").doesNotContain("__CSP_NONCE__");
        assertThat(header(second, "Content-Security-Policy")).doesNotContain(nonce);
    }

    @Test
    void givenAListedFile_whenAsked_thenItMayBeKeptForGood() throws Exception {
        HttpResponse<byte[]> plain = get("/console/assets/app-1a2b.js");
        HttpResponse<byte[]> packed = get("/console/assets/app-1a2b.js", "Accept-Encoding", "br, gzip");
        HttpResponse<byte[]> unwilling = get("/console/assets/app-1a2b.js", "Accept-Encoding", "gzip;q=0");

        assertThat(text(plain)).isEqualTo("console.log('a page');\n".repeat(20));
        assertThat(header(plain, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(header(plain, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(header(plain, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(header(plain, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .isEqualTo(plain.body());
        assertThat(unwilling.headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void givenAFileOfAnotherRelease_whenAsked_thenItIsMissing() throws Exception {
        assertThat(get("/console/assets/app-0000.js").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console"})
    void givenTheRoot_whenAsked_thenItLeadsToTheConsole(String path) throws Exception {
        HttpResponse<byte[]> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(header(answer, "Location")).isEqualTo("/console/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/nothing", "/consoles", "/index.html"})
    void givenAnotherPath_whenAsked_thenNothingIsThere(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void givenABuildWithoutConsole_whenLookedFor_thenThereIsNone() {
        assertThat(Console.find("/dev/tollgate/api/console/nothing/")).isEmpty();
    }

    @Test
    void givenAFileThatNoBrowserShouldGet_whenListed_thenItIsAMistakeOfTheBuild() {
        assertThatThrownBy(() -> ConsoleFile.contentTypeOf("assets/app.map"))
                .hasMessageContaining("assets/app.map")
                .hasMessageContaining("woff2");
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElseThrow();
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
