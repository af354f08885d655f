package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.schemas.avro.RequestEvent;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random requests, good, broken and hostile, over plain sockets. Whatever comes in: a well-formed answer of the
 * expected kind, never a fault of the gateway's own, no more memory than its budgets allow, and exactly the accepted
 * events in Kafka.
 *
 * <p>The seed is printed; {@code -Dtollgate.seed=N} runs the same requests again.
 */
class GatewayFuzzIT {
    private static final int REQUESTS = 20_000;
    private static final int CLIENTS = 8;
    /** The budgets below plus parsing, the broker in this JVM and slack; the test's JVM has 1 GB. */
    private static final long MAX_LIVE_HEAP_GROWTH_BYTES = 160L << 20;

    private static final Set<Integer> EXPECTED = Set.of(200, 207, 400, 404, 405, 408, 413, 415, 422, 429, 431);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void givenRandomRequests_whenSent_thenEachGetsAClearAnswerAndNothingIsLostOrInvented(@TempDir Path folder)
            throws Exception {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        System.out.println("gateway fuzz seed: " + seed + " (run again with -Dtollgate.seed=" + seed + ")");
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        Map<Integer, AtomicLong> statuses = new ConcurrentHashMap<>();
        AtomicLong unanswered = new AtomicLong();
        try (GatewayFixture fixture = new GatewayFixture(folder);
                Gateway gateway = fixture.gateway(
                        "gateway.max-body-bytes", "65536",
                        "gateway.max-events", "200",
                        "gateway.in-flight-bytes", "262144",
                        "gateway.in-flight-events", "400",
                        "gateway.request-timeout", "5s",
                        "gateway.idle-timeout", "2s");
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            long heapBefore = liveHeap();
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(seed + client);
                int number = client;
                Callable<Void> work = () -> {
                    RequestFactory requests = new RequestFactory(random, number);
                    for (int i = 0; i < REQUESTS / CLIENTS; i++) {
                        RequestFactory.Sent sent = requests.next();
                        Answer answer = exchange(gateway, sent);
                        if (answer == null) {
                            unanswered.incrementAndGet();
                            assertThat(sent.mayBeCutOff())
                                    .as("no answer, seed %s: %s", seed, sent)
                                    .isTrue();
                        } else {
                            check(seed, sent, answer, accepted);
                            statuses.computeIfAbsent(answer.status(), s -> new AtomicLong())
                                    .incrementAndGet();
                        }
                    }
                    return null;
                };
                running.add(clients.submit(work));
            }
            for (Future<?> client : running) {
                client.get(5, TimeUnit.MINUTES);
            }
            System.out.println("gateway fuzz answers: " + new TreeMap<>(statuses) + " cut off: " + unanswered);

            assertThat(HttpCalls.status(gateway, "/health/ready")).isEqualTo(200);
            assertThat(GatewayFixture.gauge(gateway, "tollgate.gateway.in.flight.bytes"))
                    .isZero();
            assertThat(GatewayFixture.gauge(gateway, "tollgate.gateway.in.flight.events"))
                    .isZero();
            assertThat(liveHeap() - heapBefore).isLessThan(MAX_LIVE_HEAP_GROWTH_BYTES);
            Set<String> stored = new HashSet<>();
            for (RequestEvent event : fixture.events(account -> true)) {
                stored.add(event.getAccountId() + "|" + event.getEventId());
            }
            assertThat(stored).isEqualTo(accepted);
            assertThat(statuses.keySet()).contains(200, 207, 400, 404, 413, 415, 422);
        }
    }

    private static void check(long seed, RequestFactory.Sent sent, Answer answer, Set<String> accepted)
            throws IOException {
        String context = "seed " + seed + ", request " + sent + ", answer " + answer.status() + " " + answer.body();
        assertThat(EXPECTED).as(context).contains(answer.status());
        if (sent.expected() != 0 && answer.status() != 429) {
            assertThat(answer.status()).as(context).isEqualTo(sent.expected());
        }
        JsonNode json = MAPPER.readTree(answer.body());
        if (answer.status() >= 400) {
            assertThat(answer.contentType()).as(context).isEqualTo("application/problem+json");
            assertThat(json.path("status").asInt()).as(context).isEqualTo(answer.status());
            assertThat(json.path("detail").asText()).as(context).isNotBlank();
        }
        if (sent.eventsInBody() >= 0 && json.has("results")) {
            assertThat(json.path("results")).as(context).hasSize(sent.eventsInBody());
        }
        for (JsonNode result : json.path("results")) {
            assertThat(result.path("status").asText()).as(context).isIn("accepted", "rejected");
            if (result.path("status").asText().equals("accepted")) {
                accepted.add(sent.account() + "|" + result.path("event_id").asText());
            } else {
                assertThat(result.path("problems")).as(context).isNotEmpty();
            }
        }
    }

    /** One request on a connection of its own; null if the connection ended without an answer. */
    private static @Nullable Answer exchange(Gateway gateway, RequestFactory.Sent sent) throws IOException {
        try (Socket socket = HttpCalls.socket(gateway)) {
            try {
                socket.getOutputStream().write(sent.bytes());
                socket.getOutputStream().flush();
                if (sent.halfClosed()) {
                    socket.shutdownOutput();
                }
            } catch (SocketException e) {
                // The gateway has answered and closed before all was written; the answer may still be there.
                if (!sent.mayBeCutOff()) {
                    throw e;
                }
            }
            try {
                return Answer.read(new BufferedInputStream(socket.getInputStream()));
            } catch (SocketException e) {
                return null;
            }
        }
    }

    /** Heap in use after a collection. */
    private static long liveHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** An answer that was read by the rules of HTTP/1.1: status line, headers, and as much body as announced. */
    private record Answer(int status, String contentType, String body) {
        static @Nullable Answer read(InputStream in) throws IOException {
            String statusLine = line(in);
            if (statusLine == null) {
                return null;
            }
            assertThat(statusLine).matches("HTTP/1\\.1 \\d{3} .*");
            int length = -1;
            String contentType = "";
            for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
                int colon = header.indexOf(':');
                assertThat(colon).as(header).isPositive();
                String name = header.substring(0, colon).toLowerCase(Locale.ROOT);
                String value = header.substring(colon + 1).trim();
                if (name.equals("content-length")) {
                    length = Integer.parseInt(value);
                } else if (name.equals("content-type")) {
                    contentType = value;
                }
            }
            assertThat(length).as("Content-Length of %s", statusLine).isNotNegative();
            byte[] body = in.readNBytes(length);
            assertThat(body).hasSize(length);
            return new Answer(
                    Integer.parseInt(statusLine.substring(9, 12)),
                    contentType,
                    new String(body, StandardCharsets.UTF_8));
        }

        private static @Nullable String line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    return null;
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
