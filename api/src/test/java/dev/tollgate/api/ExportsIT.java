package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that read an export slowly, or not at all, take no place of those who ask for JSON. */
final class ExportsIT {
    private static final int SLOW_CLIENTS = 200;
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingApi api;

    @BeforeAll
    static void start() throws SQLException {
        // Fewer places than slow clients, of either kind; and clients that do not read are not cut off meanwhile.
        api = new TestingApi("api_exports", "api.max-queries", "2", "api.max-exports", "3", "api.idle-timeout", "2m");
        // More bytes than all buffers on the way hold.
        api.execute("INSERT INTO request_journal (account_id, event_id, verdict, endpoint, occurred_at, appended_at,"
                + " recorded_at, costs, record_topic_id, record_partition, record_offset)"
                + " SELECT 'a', toString(number), 'COUNTED', '/get', '2026-11-02', '2026-11-02', '2026-11-02',"
                + " map('requests', 1), 'J', 0, number FROM numbers(100000)");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void givenClientsThatDoNotRead_whenJsonIsAskedFor_thenItIsAnswered() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW_CLIENTS; i++) {
                clients.add(slow("/v1/events?period=2026-11&format=" + (i % 2 == 0 ? "csv" : "ndjson")));
            }
            awaitRunning(3);

            for (String question : List.of(
                    "/v1/events?period=2026-11&limit=2",
                    "/v1/usage?period=2026-11",
                    "/v1/limit-events?period=2026-11",
                    "/v1/accounts",
                    "/v1/freshness")) {
                assertThat(api.get(question).status()).as(question).isEqualTo(200);
            }
            // Those that found no place are told so, and those that have one still hold it.
            assertThat(api.get("/v1/events?period=2026-11&format=csv").status()).isEqualTo(429);
            assertThat(running()).isEqualTo(3);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
        awaitRunning(0);
        assertThat(api.get("/v1/events?period=2026-11&format=csv").lines()).hasSize(100_001);
    }

    /** Asks, and reads nothing of the answer. */
    private static Socket slow(String path) throws IOException {
        URI address = api.api().address();
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getByName(address.getHost()), address.getPort()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TestingApi.READER
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static int running() {
        return api.api().runningExports();
    }

    private static void awaitRunning(int count) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (running() != count) {
            assertThat(System.nanoTime())
                    .as("exports are running: %s", running())
                    .isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
