package dev.tollgate.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A receiver over real HTTP that notes what it gets and answers as it is told. Thread-safe. */
final class TestingReceiver implements AutoCloseable {
    /** A request: header names in lower case. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by content where a test does.
    record Received(Map<String, String> headers, byte[] body, int attempt) {
        String id() {
            return String.valueOf(headers.get("webhook-id"));
        }

        JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException e) {
                throw new AssertionError("no JSON", e);
            }
        }

        /** Empty where the body does not tell it apart. */
        String account() {
            JsonNode json = json();
            return (json.has("data") ? json.get("data") : json)
                    .path("account_id")
                    .asText();
        }

        long sequence() {
            return Long.parseLong(String.valueOf(headers.get("tollgate-account-sequence")));
        }
    }

    /** What it does with a request. */
    sealed interface Behaviour {
        /** Answers with a status and a header; an empty name for none. */
        record Status(int status, String header, String value) implements Behaviour {}

        /** Says nothing until it is closed. */
        record Hang() implements Behaviour {}

        /** Promises more than it sends, and closes the connection. */
        record BreakOff() implements Behaviour {}

        /** Sends much more than anybody wants to read. */
        record Flood() implements Behaviour {}
    }

    static final Behaviour OK = status(200);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Received> received = new ArrayList<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<String, Integer> inFlight = new HashMap<>();
    private int mostInFlightOfAnAccount;
    private volatile Function<Received, Behaviour> behaviour;

    TestingReceiver(Function<Received, Behaviour> behaviour) throws IOException {
        this.behaviour = behaviour;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    static Behaviour status(int status) {
        return new Behaviour.Status(status, "", "");
    }

    void behave(Function<Received, Behaviour> changed) {
        behaviour = changed;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    synchronized List<Received> received() {
        return List.copyOf(received);
    }

    /** Most requests of one account that were answered at the same time. */
    synchronized int mostInFlightOfAnAccount() {
        return mostInFlightOfAnAccount;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        Received request;
        synchronized (this) {
            int attempt = attempts.merge(String.valueOf(headers.get("webhook-id")), 1, Integer::sum);
            request = new Received(headers, body, attempt);
            received.add(request);
            String account = headers.containsKey("tollgate-account-sequence") ? request.account() : "";
            mostInFlightOfAnAccount = Math.max(mostInFlightOfAnAccount, inFlight.merge(account, 1, Integer::sum));
        }
        try (exchange) {
            answer(exchange, behaviour.apply(request));
        } finally {
            synchronized (this) {
                inFlight.merge(
                        headers.containsKey("tollgate-account-sequence") ? request.account() : "", -1, Integer::sum);
            }
        }
    }

    private void answer(HttpExchange exchange, Behaviour wanted) throws IOException {
        switch (wanted) {
            case Behaviour.Status(int status, String header, String value) -> {
                if (!header.isEmpty()) {
                    exchange.getResponseHeaders().set(header, value);
                }
                exchange.sendResponseHeaders(status, -1);
            }
            case Behaviour.Hang() -> {
                try {
                    closed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            case Behaviour.BreakOff() -> {
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().write(new byte[10]);
                exchange.getResponseBody().flush();
            }
            case Behaviour.Flood() -> {
                exchange.sendResponseHeaders(200, 0);
                byte[] chunk = new byte[64 << 10];
                for (int i = 0; i < 10_000 && closed.getCount() > 0; i++) {
                    exchange.getResponseBody().write(chunk);
                }
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
