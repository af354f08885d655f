package dev.tollgate.gateway;

import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.kafka.KafkaWatch;
import dev.tollgate.gateway.server.GatewayServer;
import dev.tollgate.http.token.AccessToken;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway. It starts without Kafka and the registry, answers 503 until both are there, and again whenever
 * Kafka is away.
 *
 * <pre>{@code
 * try (Gateway gateway = Gateway.start(GatewayConfig.from(settings))) {
 *     gateway.awaitTermination();
 * }
 * }</pre>
 */
public final class Gateway implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private final GatewayServer server;
    private final MeterRegistry registry;
    private final List<AutoCloseable> closedInOrder;
    private boolean closed;

    private Gateway(GatewayServer server, MeterRegistry registry, List<AutoCloseable> closedInOrder) {
        this.server = server;
        this.registry = registry;
        this.closedInOrder = List.copyOf(closedInOrder);
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
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            EventSender sender = new EventSender(config.clients(), config.topic(), config.ackTimeout());
            opened.add(sender);
            KafkaWatch watch = new KafkaWatch(config.clients(), config.topic(), sender);
            opened.add(watch);
            KafkaClientMetrics producerMeters = sender.meters();
            opened.add(producerMeters);
            producerMeters.bindTo(registry);
            GatewayServer server = GatewayServer.start(config, sender, watch, registry, clock);
            opened.add(server);
            // First the requests under way, then what they need.
            Collections.reverse(opened);
            Gateway gateway = new Gateway(server, registry, opened);
            log.info("gateway started: address={} config={}", gateway.address(), new TreeMap<>(config.effective()));
            return gateway;
        } catch (Exception e) {
            Collections.reverse(opened);
            closeAll(opened);
            throw new GatewayException(
                    "the gateway did not start on " + config.http().host() + ":"
                            + config.http().port() + ": " + e.getMessage(),
                    e);
        }
    }

    /** Base URL, without a slash at the end. */
    public URI address() {
        return server.address();
    }

    /** Where the meters are. */
    MeterRegistry registry() {
        return registry;
    }

    /** Path to methods of everything that is served. */
    Map<String, Set<String>> routes() {
        return server.routes();
    }

    /**
     * From now on these may publish and no others, so that a token can be revoked without a restart. Requests whose
     * token was accepted before are answered.
     *
     * @param tokens at least one
     * @throws IllegalArgumentException if there are none, or the gateway was started for anyone: that is changed by a
     *     restart only
     */
    public void replaceTokens(List<AccessToken> tokens) {
        server.replaceTokens(tokens);
        log.info(
                "tokens replaced: names={}",
                tokens.stream().map(AccessToken::name).toList());
    }

    /** Whether it takes events now: it is not closing, and Kafka is available. */
    public boolean isReady() {
        return server.isReady();
    }

    /** Whether it has stopped. */
    public boolean isStopped() {
        return server.isStopped();
    }

    /** Waits until somebody closes it. */
    public void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    /**
     * Stops accepting, answers the requests under way within {@code gateway.drain-timeout}, waits for what was handed
     * to Kafka, and stops. Closing twice does nothing.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            closeAll(closedInOrder);
            log.info("gateway stopped");
        }
    }

    private static void closeAll(List<AutoCloseable> parts) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                log.warn("closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
