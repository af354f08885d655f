package dev.tollgate.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A registry of one process for tests of this and other modules: the calls that the client makes, answered over real
 * HTTP as Confluent's server answers them. Thread-safe.
 */
public final class TestingRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger failuresToCome = new AtomicInteger();
    private final Map<String, Integer> idsByText = new ConcurrentHashMap<>();
    private final Map<String, String> latestBySubject = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger(700);
    private final HttpServer server;
    private volatile @Nullable String lastAuthorization;

    /** Listens on a free loopback port. */
    public TestingRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Base URL, for {@code schema.registry.url}. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Method and path of every request so far, in order. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** The Authorization header of the newest request, or null. */
    public @Nullable String lastAuthorization() {
        return lastAuthorization;
    }

    /** Answers this many requests with HTTP 503 before it works (again). */
    public void failNext(int requestCount) {
        failuresToCome.set(requestCount);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(exchange.getRequestMethod() + " " + path);
            lastAuthorization = exchange.getRequestHeaders().getFirst("Authorization");
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (failuresToCome.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                answer(exchange, 503, "{\"error_code\":50301,\"message\":\"starting\"}");
                return;
            }
            String[] parts = path.split("/");
            if (path.startsWith("/schemas/ids/")) {
                int id = Integer.parseInt(parts[3]);
                String text = idsByText.entrySet().stream()
                        .filter(entry -> entry.getValue() == id)
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElse(null);
                if (text == null) {
                    answer(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema " + id + " not found\"}");
                } else {
                    answer(exchange, 200, JSON.writeValueAsString(Map.of("schema", text)));
                }
            } else if (path.endsWith("/versions/latest")) {
                String text = latestBySubject.get(parts[2]);
                if (text == null) {
                    answer(exchange, 404, "{\"error_code\":40401,\"message\":\"Subject not found\"}");
                } else {
                    answer(exchange, 200, JSON.writeValueAsString(Map.of("id", idsByText.get(text), "schema", text)));
                }
            } else if (path.endsWith("/versions")) {
                JsonNode request = JSON.readTree(body);
                String text = request.get("schema").asText();
                latestBySubject.put(parts[2], text);
                int id = idsByText.computeIfAbsent(text, t -> nextId.getAndAdd(3));
                answer(exchange, 200, "{\"id\":" + id + "}");
            } else {
                Integer id = idsByText.get(JSON.readTree(body).get("schema").asText());
                if (id == null) {
                    answer(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
                } else {
                    answer(exchange, 200, "{\"id\":" + id + ",\"version\":1}");
                }
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
