package dev.tollgate.gateway.server;

import dev.tollgate.gateway.kafka.KafkaWatch;
import dev.tollgate.http.Budget;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import dev.tollgate.schemas.micrometer.EnumCounters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the gateway counts, in the meters that {@link GatewayMeters} declares. All of them are there with 0 from the
 * start. Thread-safe.
 */
public final class GatewayMetrics {
    private final EnumCounters<Result.Status> events;
    private final Map<Integer, Timer> requests = new HashMap<>();
    private final Timer sending;

    GatewayMetrics(MeterRegistry registry, Budget bytes, Budget eventBudget, KafkaWatch watch) {
        DeclaredMeters meters = new DeclaredMeters(registry);
        events = meters.counters(GatewayMeters.EVENTS, Result.Status.class);
        sending = meters.timer(GatewayMeters.SENDING);
        for (var status : GatewayMeters.REQUESTS.series()) {
            requests.put(Integer.valueOf(status.getFirst()), meters.timer(GatewayMeters.REQUESTS, status.getFirst()));
        }
        meters.gauge(GatewayMeters.IN_FLIGHT_BYTES, bytes::used);
        meters.gauge(GatewayMeters.IN_FLIGHT_EVENTS, eventBudget::used);
        meters.gauge(GatewayMeters.KAFKA_AVAILABLE, () -> watch.state().available() ? 1 : 0);
    }

    void countEvents(Results results) {
        for (Result.Status status : Result.Status.values()) {
            events.add(status, results.count(status));
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

    /** @throws IllegalStateException if the status is not declared */
    void countRequest(int status, long nanos) {
        Timer timer = requests.get(status);
        if (timer == null) {
            throw new IllegalStateException(GatewayMeters.REQUESTS.name() + " has no status " + status);
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }
}
