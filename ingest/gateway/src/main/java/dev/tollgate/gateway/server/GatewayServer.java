package dev.tollgate.gateway.server;

import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.kafka.KafkaWatch;
import dev.tollgate.http.ApiDocument;
import dev.tollgate.http.Budget;
import dev.tollgate.http.Routes;
import dev.tollgate.http.server.CorsConfig;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.Readiness;
import dev.tollgate.http.token.Tokens;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;

/**
 * The gateway's HTTP server: what it serves, and when it is ready.
 *
 * @param http listens
 * @param tokens who may publish
 */
public record GatewayServer(HttpServer http, Tokens tokens) {
    private static final String EVENTS_PATH = "/v1/events";
    /** What a page may send: who it is, what it sends, and the attributes of a CloudEvent in binary mode. */
    private static final Set<String> CORS_HEADERS = Set.of(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "ce-specversion",
            "ce-id",
            "ce-source",
            "ce-type",
            "ce-subject",
            "ce-time",
            "ce-dataschema",
            "ce-datacontenttype");

    /**
     * Listens.
     *
     * @throws java.io.IOException if the address cannot be bound
     * @throws Exception if the key store cannot be used
     */
    public static GatewayServer start(
            GatewayConfig config, EventSender sender, KafkaWatch watch, MeterRegistry registry, InstantSource clock)
            throws Exception {
        Budget bytes = new Budget(config.limits().inFlightBytes());
        Budget events = new Budget(config.limits().inFlightEvents());
        GatewayMetrics metrics = new GatewayMetrics(registry, bytes, events, watch);
        Tokens tokens = new Tokens(config.tokens(), bytes, config.limits().tokenBytes(), InstantSource.system());
        Routes routes = new Routes()
                .add("POST", EVENTS_PATH, new EventsEndpoint(config, sender, watch, tokens, events, metrics, clock));
        ApiDocument.load(GatewayConfig.class, "openapi.yaml").addTo(routes);
        HttpServer server = HttpServer.start(
                "gateway",
                config.http(),
                routes,
                () -> readiness(watch.state()),
                (method, path, status, nanos) -> {
                    if (path.equals(EVENTS_PATH) && method.equals("POST")) {
                        metrics.countRequest(status, nanos);
                    }
                },
                new CorsConfig(config.corsOrigins(), Set.of("POST"), CORS_HEADERS, Set.of("Retry-After")));
        return new GatewayServer(server, tokens);
    }

    private static Readiness.State readiness(KafkaWatch.State kafka) {
        return kafka.available()
                ? Readiness.State.READY
                : Readiness.State.notReady("kafka-unavailable", kafka.detail());
    }
}
