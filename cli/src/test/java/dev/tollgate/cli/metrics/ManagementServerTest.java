package dev.tollgate.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.metrics.ListenAddress;
import dev.tollgate.schemas.metrics.MetricsConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementServerTest {
    private static final ListenAddress ANY = new ListenAddress("127.0.0.1", 0);

    private static HttpResponse<String> send(URI address, String method) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(address)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void givenAListener_whenScraped_thenThePageIsMadeAnewInPrometheusText() throws Exception {
        int[] scrapes = {0};
        try (ManagementServer server =
                ManagementServer.start(ANY, () -> "up " + ++scrapes[0] + "\n", new ProcessHealth())) {
            HttpResponse<String> first = send(server.address(), "GET");
            HttpResponse<String> second = send(URI.create(server.address() + "?name=x"), "GET");
            HttpResponse<String> head = send(server.address(), "HEAD");

            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(first.body()).isEqualTo("up 1\n");
            assertThat(first.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(first.headers().firstValue("Server")).isEmpty();
            assertThat(second.body()).isEqualTo("up 2\n");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics/", "/Metrics", "/metrics/x", "/metricsx", "/%6Detrics", "/metrics;x=1"})
    void givenAnotherPath_whenAsked_thenThereIsNothing(String path) throws Exception {
        try (ManagementServer server = ManagementServer.start(ANY, () -> "up 1\n", new ProcessHealth())) {
            HttpResponse<String> answer = send(server.address().resolve(path), "GET");

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body())
                    .isEqualTo("there is nothing here but /metrics, /health/live, /health/ready, /health/startup\n");
        }
    }

    @Test
    void givenAnotherMethod_whenSent_thenTheAnswerSaysWhichAreAllowed() throws Exception {
        try (ManagementServer server = ManagementServer.start(ANY, () -> "up 1\n", new ProcessHealth())) {
            HttpResponse<String> answer = send(server.address(), "POST");

            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
        }
    }

    @Test
    void givenRoles_whenProbed_thenRebalancingIsAliveAndNotReadyAndAnEndedRoleIsNotAlive() throws Exception {
        ProcessHealth.State[] streams = {ProcessHealth.State.NOT_READY};
        ProcessHealth health = new ProcessHealth();
        try (ManagementServer server = ManagementServer.start(ANY, () -> "up 1\n", health)) {
            assertThat(probe(server, "live")).isEqualTo("200 {\"status\":\"live\",\"roles\":{}}\n");
            assertThat(probe(server, "ready")).isEqualTo("503 {\"status\":\"not-ready\",\"roles\":{}}\n");

            health.watch("streams", () -> streams[0]);
            health.watch("sink", () -> ProcessHealth.State.of(false, true));
            String starting = "\"roles\":{\"sink\":\"ready\",\"streams\":\"not-ready\"}}\n";
            assertThat(probe(server, "live")).isEqualTo("200 {\"status\":\"live\"," + starting);
            assertThat(probe(server, "ready")).isEqualTo("503 {\"status\":\"not-ready\"," + starting);
            assertThat(probe(server, "startup")).isEqualTo("503 {\"status\":\"starting\"," + starting);

            streams[0] = ProcessHealth.State.READY;
            assertThat(probe(server, "ready")).startsWith("200 {\"status\":\"ready\"");
            assertThat(probe(server, "startup")).startsWith("200 {\"status\":\"started\"");

            streams[0] = ProcessHealth.State.NOT_READY;
            assertThat(probe(server, "ready")).startsWith("503");
            assertThat(probe(server, "startup")).as("a rebalance is no start").startsWith("200");

            streams[0] = ProcessHealth.State.of(true, true);
            assertThat(probe(server, "live"))
                    .isEqualTo("503 {\"status\":\"ended\",\"roles\":{\"sink\":\"ready\",\"streams\":\"ended\"}}\n");
        }
    }

    private static String probe(ManagementServer server, String probe) throws Exception {
        HttpResponse<String> answer = send(server.address().resolve("/health/" + probe), "GET");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void givenAPageThatFails_whenScraped_thenTheAnswerIsAnErrorAndTheNextScrapeWorks() throws Exception {
        boolean[] broken = {true};
        try (ManagementServer server = ManagementServer.start(
                ANY,
                () -> {
                    if (broken[0]) {
                        throw new IllegalStateException("a gauge failed");
                    }
                    return "up 1\n";
                },
                new ProcessHealth())) {
            HttpResponse<String> failed = send(server.address(), "GET");
            broken[0] = false;

            assertThat(failed.statusCode()).isEqualTo(500);
            assertThat(failed.body()).doesNotContain("gauge");
            assertThat(send(server.address(), "GET").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void givenAnAddressThatIsTaken_whenStarted_thenTheFailureNamesItAndTheKey() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ListenAddress address = new ListenAddress("127.0.0.1", taken.getLocalPort());

            assertThatThrownBy(() -> ProcessMetrics.start(new MetricsConfig(address)))
                    .isInstanceOf(CommandFailure.class)
                    .satisfies(failure -> assertThat(CommandFailure.explain(failure))
                            .contains("metrics cannot be served on " + address + " (metrics.listen)")
                            .contains("choose another address")
                            .contains("Address already in use"));
        }
    }

    @Test
    void givenAHostThatNobodyKnows_whenStarted_thenTheFailureNamesIt() {
        MetricsConfig config = new MetricsConfig(new ListenAddress("no-such-host.invalid", 0));

        assertThatThrownBy(() -> ProcessMetrics.start(config))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("metrics cannot be served on no-such-host.invalid:0");
    }

    @Test
    void givenProcessMetrics_whenClosed_thenTheAddressIsFreeAgain() throws Exception {
        URI address;
        try (ProcessMetrics metrics = ProcessMetrics.start(new MetricsConfig(ANY))) {
            address = Objects.requireNonNull(metrics.address());
            assertThat(send(address, "GET").body()).contains("\njvm_memory_used_bytes{", "\nprocess_uptime_seconds ");
        }

        try (ServerSocket socket = new ServerSocket(address.getPort(), 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(socket.isBound()).isTrue();
        }
    }

    @Test
    void givenNoAddress_whenStarted_thenRolesCountAndNothingListens() {
        try (ProcessMetrics metrics = ProcessMetrics.start(MetricsConfig.OFF)) {
            assertThat(metrics.address()).isNull();
            assertThat(metrics.registry().getMeters()).isEmpty();
        }
    }
}
