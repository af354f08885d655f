package dev.tollgate.gateway;

import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.kafka.KafkaWatch;
import dev.tollgate.gateway.server.GatewayServer;
import dev.tollgate.http.service.HttpService;
import dev.tollgate.http.service.OpenParts;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;

/**
 * A running gateway. It starts without Kafka and the registry, answers 503 until both are there, and again whenever
 * Kafka is away. Its tokens are those who may publish; it drains within {@code gateway.drain-timeout} and waits for
 * what was handed to Kafka.
 *
 * <pre>{@code
 * try (Gateway gateway = Gateway.start(GatewayConfig.from(settings))) {
 *     gateway.awaitTermination();
 * }
 * }</pre>
 */
public final class Gateway extends HttpService {
    private final MeterRegistry registry;

    private Gateway(GatewayServer server, OpenParts parts, MeterRegistry registry) {
        super(server.http(), server.tokens(), parts);
        this.registry = registry;
    }

    /**
     * Starts one on the system's clock, whose metrics nobody else reads.
     *
     * @throws GatewayException if the address is taken, the key store unusable or a client property rejected by Kafka
     */
    public static Gateway start(GatewayConfig config) {
        return start(config, new SimpleMeterRegistry());
    }

    /**
     * Starts one on the system's clock.
     *
     * @param registry gets the gateway's meters, and those of its producer
     * @throws GatewayException as {@link #start(GatewayConfig)}
     */
    public static Gateway start(GatewayConfig config, MeterRegistry registry) {
        return start(config, registry, InstantSource.system());
    }

    /** As {@link #start(GatewayConfig, MeterRegistry)}, with the clock that event times are held against. */
    public static Gateway start(GatewayConfig config, MeterRegistry registry, InstantSource clock) {
        return open("the gateway", config, parts -> assemble(config, registry, clock, parts), GatewayException::new);
    }

    private static Gateway assemble(GatewayConfig config, MeterRegistry registry, InstantSource clock, OpenParts parts)
            throws Exception {
        EventSender sender = parts.add(new EventSender(config.clients(), config.topic(), config.ackTimeout()));
        KafkaWatch watch = parts.add(new KafkaWatch(config.clients(), config.topic(), sender));
        KafkaClientMetrics producerMeters = parts.add(sender.meters());
        producerMeters.bindTo(registry);
        return new Gateway(GatewayServer.start(config, sender, watch, registry, clock), parts, registry);
    }

    /** Where the meters are. */
    MeterRegistry registry() {
        return registry;
    }
}
