package dev.tollgate.publisher.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.http.EndpointNames;
import dev.tollgate.publisher.http.HttpUsage;
import dev.tollgate.publisher.jdkhttp.UsageExchangeFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A service on the JDK's own HTTP server that publishes an event per request. */
public final class HttpServerExample {
    private HttpServerExample() {}

    /** Starts it on a free loopback port. */
    public static HttpServer start(RequestEventPublisher publisher) throws IOException {
        HttpUsage usage = HttpUsage.of(publisher, call -> call.header("X-Account-Id"))
                .apiKey(call -> call.header("X-Api-Key-Id"))
                .endpoint(EndpointNames.methodAndPath())
                .unless(call -> call.path().equals("/health"))
                .build();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", HttpServerExample::serve).getFilters().add(0, new UsageExchangeFilter(usage));
        server.start();
        return server;
    }

    private static void serve(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().startsWith("/broken")) {
            throw new IllegalStateException("broken on purpose");
        }
        try (exchange) {
            int status = exchange.getRequestURI().getPath().startsWith("/mems") ? 200 : 404;
            byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }
}
