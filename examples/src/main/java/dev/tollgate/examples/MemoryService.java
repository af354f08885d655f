package dev.tollgate.examples;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.http.CallExtractor;
import dev.tollgate.gate.http.GateHttpFilter;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.http.HttpUsage;
import dev.tollgate.publisher.jdkhttp.UsageExchangeFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** A service that is metered and limited: {@code MemoryService KAFKA REGISTRY_URL PORT TOPICS_PREFIX}. */
public final class MemoryService {
    private MemoryService() {}

    public static void main(String[] args) throws Exception {
        Gate gate = Gate.of(GateConfig.from(
                Map.of("kafka.bootstrap-servers", args[0], "registry.url", args[1], "topics.prefix", args[3])));
        RequestEventPublisher publisher = RequestEventPublisher.start(PublisherConfig.from(
                Map.of("kafka.bootstrap-servers", args[0], "registry.url", args[1], "topics.prefix", args[3])));
        // A real service takes the account from its own authentication, not from a header that anybody can set.
        Filter usage = new UsageExchangeFilter(
                HttpUsage.of(publisher, call -> call.header("X-Account-Id")).build());
        Filter limits = new GateHttpFilter(
                gate,
                CallExtractor.<HttpExchange>of(
                        exchange -> exchange.getRequestHeaders().getFirst("X-Account-Id"),
                        exchange -> exchange.getRequestURI().getPath()));

        gate.start();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[2]));
        HttpServer server = HttpServer.create(address, 0);
        // The publisher's comes first: denied calls are in the books too, as LIMITED, which costs nothing.
        server.createContext("/", MemoryService::serve).getFilters().addAll(List.of(usage, limits));
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop(1);
            publisher.close();
            gate.close();
        }));
        System.out.println("serving on port " + server.getAddress().getPort());
    }

    private static void serve(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }
}
