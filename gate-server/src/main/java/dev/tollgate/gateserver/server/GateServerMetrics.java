package dev.tollgate.gateserver.server;

import dev.tollgate.gateserver.account.CallerSource;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the server counts, in the meters that {@link GateServerMeters} declares. All of them are there with 0 from the
 * start. Thread-safe.
 */
public final class GateServerMetrics {
    private final Map<Integer, Timer> checks = new HashMap<>();

    public GateServerMetrics(MeterRegistry registry, CallerSource callers) {
        DeclaredMeters meters = new DeclaredMeters(registry);
        for (var status : GateServerMeters.CHECKS.series()) {
            checks.put(Integer.valueOf(status.getFirst()), meters.timer(GateServerMeters.CHECKS, status.getFirst()));
        }
        meters.gauge(GateServerMeters.KEYS, callers, CallerSource::keys);
        meters.counter(GateServerMeters.KEY_FILE_FAILURES, callers, CallerSource::failures);
    }

    /** @throws IllegalStateException if the status is not declared */
    void countCheck(int status, long nanos) {
        Timer timer = checks.get(status);
        if (timer == null) {
            throw new IllegalStateException(GateServerMeters.CHECKS.name() + " has no status " + status);
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }
}
