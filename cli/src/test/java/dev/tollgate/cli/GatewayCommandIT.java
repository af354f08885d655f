package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.http.token.TokenHash;
import dev.tollgate.schemas.avro.Verdict;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as an operator runs it: a process, a configuration file, a signal to stop. */
class GatewayCommandIT {
    private static final Pattern READY = Pattern.compile("gateway listens on (http://127\\.0\\.0\\.1:\\d+)\n");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Test
    void givenTheCommand_whenEventsArePosted_thenTheTopologyCountsThemOnceAndASignalStopsItCleanly(@TempDir Path folder)
            throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            String token = TokenHash.newToken();
            Process gateway = cluster.launch(
                    "gateway",
                    "gateway",
                    "--config",
                    cluster.configFile().toString(),
                    "--set",
                    "gateway.port=0",
                    "--set",
                    "gateway.tokens.shop.hash=" + TokenHash.of(token).text(),
                    "--set",
                    "gateway.tokens.shop.accounts=shop-*");
            String url = readyAt(cluster);
            TestingCluster.await("gateway is ready", () -> get(url + "/health/ready") == 200);
            String batch = """
                [{"event_id":"1","account_id":"shop-1","endpoint":"/v2/mem-it"},
                 {"event_id":"2","account_id":"shop-1","endpoint":"/v2/mem-it"},
                 {"event_id":"3","account_id":"bank-1","endpoint":"/v2/mem-it"}]\
                """;

            HttpResponse<String> first = post(url, token, batch);
            HttpResponse<String> again = post(url, token, batch);
            HttpResponse<String> stranger = post(url, TokenHash.newToken(), batch);

            assertThat(first.statusCode()).as(first.body()).isEqualTo(207);
            assertThat(again.statusCode()).as(again.body()).isEqualTo(207);
            assertThat(first.body()).contains("\"accepted\":2", "\"rejected\":1");
            assertThat(stranger.statusCode()).isEqualTo(401);
            TestingCluster.await(
                    "each event is counted once",
                    () -> cluster.verdicts("shop-1", Verdict.COUNTED) == 2
                            && cluster.verdicts("shop-1", Verdict.DUPLICATE) == 2);
            assertThat(cluster.journal()).hasSize(4);

            gateway.destroy();
            assertThat(gateway.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(cluster.printed("gateway.err"))
                    .contains("gateway started: address=" + url)
                    .contains("kafka.bootstrap-servers=", "gateway.drain-timeout=")
                    .contains("gateway is asked to stop", "gateway stopped")
                    .doesNotContain(token, "sha256:", "ERROR");
        }
    }

    @Test
    void givenLargeBodiesAndSlowClientsByTheHundred_whenTheHeapIsSmall_thenEachIsAnsweredAndTheGatewayGoesOn(
            @TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            // All bodies at once would take five times the heap of 256 MB.
            Process gateway = cluster.launch(
                    "gateway",
                    "gateway",
                    "--config",
                    cluster.configFile().toString(),
                    "--set",
                    "gateway.port=0",
                    "--set",
                    "gateway.anonymous=true",
                    "--set",
                    "gateway.max-body-bytes=16777216",
                    "--set",
                    "gateway.idle-timeout=5s");
            String url = readyAt(cluster);
            TestingCluster.await("gateway is ready", () -> get(url + "/health/ready") == 200);
            byte[] batch = ("["
                            + "{\"account_id\":\"large\",\"endpoint\":\"a\",\"attributes\":{\"x\":\"%s\"}},"
                                    .formatted("y".repeat(60))
                                    .repeat(99_999)
                            + "{\"account_id\":\"large\",\"endpoint\":\"a\"}]")
                    .getBytes(StandardCharsets.UTF_8);
            List<Socket> slow = new ArrayList<>();
            List<Future<Integer>> answers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 200; i++) {
                    Socket socket = new Socket("127.0.0.1", URI.create(url).getPort());
                    socket.getOutputStream()
                            .write(("POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
                                            + "Content-Type: application/json\r\n\r\n[")
                                    .getBytes(StandardCharsets.US_ASCII));
                    slow.add(socket);
                }
                for (int i = 0; i < 120; i++) {
                    answers.add(threads.submit(() -> CLIENT.send(
                                    HttpRequest.newBuilder(URI.create(url + "/v1/events"))
                                            .header("Content-Type", "application/json")
                                            .POST(HttpRequest.BodyPublishers.ofInputStream(
                                                    () -> new ByteArrayInputStream(batch)))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()));
                }
            }

            Map<Integer, Integer> statuses = new TreeMap<>();
            for (Future<Integer> answer : answers) {
                statuses.merge(answer.get(), 1, Math::addExact);
            }
            assertThat(batch.length).isGreaterThan(10 << 20);
            // Which of the two depends on who came first to the memory of bodies.
            assertThat(statuses.keySet()).isSubsetOf(413, 429);
            for (Socket socket : slow) {
                String head = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                // An answer without its head was seen once; what follows it says who wrote it.
                assertThat(head)
                        .as(() -> "rest of the answer: " + rest(socket) + "\nlog: " + cluster.printed("gateway.err"))
                        .isIn("HTTP/1.1 408", "HTTP/1.1 429");
                socket.close();
            }
            assertThat(gateway.isAlive()).isTrue();
            // The slow ones have given back what they held, so a large body gets the answer that is due to it.
            HttpResponse<String> large = post(url, "", new String(batch, StandardCharsets.US_ASCII));
            assertThat(large.statusCode()).as(large.body()).isEqualTo(413);
            HttpResponse<String> after =
                    post(url, "", "{\"event_id\":\"1\",\"account_id\":\"after\",\"endpoint\":\"a\"}");
            assertThat(after.statusCode()).as(after.body()).isEqualTo(200);
            assertThat(cluster.printed("gateway.err")).doesNotContain("OutOfMemoryError");
        }
    }

    @Test
    void givenAnAddressThatIsTaken_whenStarted_thenItSaysSoAndFails(@TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            String config = cluster.configFile().toString();
            cluster.launch("gateway", "gateway", "-c", config, "-s", "gateway.port=0", "-s", "gateway.anonymous=true");
            String port = Integer.toString(URI.create(readyAt(cluster)).getPort());

            Process second = cluster.launch(
                    "second", "gateway", "-c", config, "-s", "gateway.port=" + port, "-s", "gateway.anonymous=true");

            assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(1);
            assertThat(cluster.printed("second.err"))
                    .contains("the gateway did not start on 127.0.0.1:" + port)
                    .contains("Address already in use")
                    .doesNotContain("\tat ");
        }
    }

    private static String readyAt(TestingCluster cluster) {
        TestingCluster.await(
                "the line that says where it listens",
                () -> READY.matcher(cluster.printed("gateway.out")).find());
        Matcher ready = READY.matcher(cluster.printed("gateway.out"));
        assertThat(ready.find()).isTrue();
        return ready.group(1);
    }

    /** What still comes on a connection, and how it ends. Read for the message of a test that has failed already. */
    private static String rest(Socket socket) {
        StringBuilder rest = new StringBuilder();
        try {
            socket.setSoTimeout(5_000);
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                rest.append((char) b);
            }
            return rest.append(" (closed)").toString();
        } catch (java.io.IOException e) {
            return rest.append(" (").append(e).append(')').toString();
        }
    }

    private static int get(String url) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (java.io.IOException e) {
            return -1;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> post(String url, String token, String body) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/events"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
