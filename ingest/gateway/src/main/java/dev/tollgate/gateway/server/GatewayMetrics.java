package dev.tollgate.gateway.server;

import dev.tollgate.gateway.kafka.KafkaWatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The gateway's metrics, which are public contract:
 *
 * <ul>
 *   <li>{@code tollgate.gateway.requests} timer: answers to {@code POST /v1/events}, tag {@code status} (HTTP status)
 *   <li>{@code tollgate.gateway.events} counter: events by tag {@code result} ({@code accepted}, {@code rejected},
 *       {@code unconfirmed})
 *   <li>{@code tollgate.gateway.sending} timer: hand-over to Kafka until the last acknowledgement of a request
 *   <li>{@code tollgate.gateway.in.flight.bytes} and {@code tollgate.gateway.in.flight.events} gauges: what requests
 *       hold now
 *   <li>{@code tollgate.gateway.kafka.available} gauge: 1 or 0
 * </ul>
 */
public final class GatewayMetrics {
    private static final String PREFIX = "tollgate.gateway.";

    private final MeterRegistry registry;
    private final Map<Result.Status, Counter> events = new EnumMap<>(Result.Status.class);
    private final Timer sending;

    GatewayMetrics(MeterRegistry registry, Budget bytes, Budget eventBudget, KafkaWatch watch) {
        this.registry = registry;
        for (Result.Status status : Result.Status.values()) {
            events.put(
                    status,
                    Counter.builder(PREFIX + "events")
                            .description("Events by what became of them")
                            .tag("result", status.text())
                            .register(registry));
        }
        sending = Timer.builder(PREFIX + "sending")
                .description("From hand-over to Kafka to the last acknowledgement of a request")
                .publishPercentileHistogram()
                .register(registry);
        Gauge.builder(PREFIX + "in.flight.bytes", bytes, Budget::used)
                .description("Bytes of bodies in memory")
                .register(registry);
        Gauge.builder(PREFIX + "in.flight.events", eventBudget, Budget::used)
                .description("Events between body and acknowledgement")
                .register(registry);
        Gauge.builder(PREFIX + "kafka.available", watch, w -> w.state().available() ? 1 : 0)
                .description("Whether Kafka can be written to")
                .register(registry);
    }

    void countEvents(Answer.Results results) {
        for (Map.Entry<Result.Status, Counter> entry : events.entrySet()) {
            entry.getValue().increment(results.count(entry.getKey()));
        }
    }

    <T> T timeSending(Supplier<T> send) {
        long from = System.nanoTime();
        try {
            return send.get();
        } finally {
            sending.record(System.nanoTime() - from, TimeUnit.NANOSECONDS);
        }
    }

    void countRequest(int status, long nanos) {
        Timer.builder(PREFIX + "requests")
                .description("Answers to POST /v1/events")
                .tag("status", Integer.toString(status))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
