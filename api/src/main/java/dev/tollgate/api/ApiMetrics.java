package dev.tollgate.api;

import dev.tollgate.api.live.LimitStates;
import dev.tollgate.api.query.Database;
import dev.tollgate.http.server.RequestListener;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the API counts, in the meters that {@link ApiMeters} declares. Thread-safe. */
final class ApiMetrics implements RequestListener {
    private final Map<Integer, Timer> requests = new HashMap<>();

    ApiMetrics(MeterRegistry registry, Database database, @Nullable LimitStates states) {
        DeclaredMeters meters = new DeclaredMeters(registry);
        for (var status : ApiMeters.REQUESTS.series()) {
            requests.put(Integer.valueOf(status.getFirst()), meters.timer(ApiMeters.REQUESTS, status.getFirst()));
        }
        meters.gauge(ApiMeters.CLICKHOUSE_AVAILABLE, () -> database.isAvailable() ? 1 : 0);
        meters.gauge(ApiMeters.EXPORTS, database::runningExports);
        meters.gauge(ApiMeters.LIVE_AVAILABLE, () -> states != null && states.isReadable() ? 1 : 0);
        meters.gauge(ApiMeters.SNAPSHOTS, () -> states == null ? 0 : states.size());
        if (states == null) {
            meters.counter(ApiMeters.LIVE_FAILURES);
        } else {
            meters.counter(ApiMeters.LIVE_FAILURES, states, LimitStates::failures);
        }
    }

    @Override
    public void answered(String method, String path, int status, long nanos) {
        Timer timer = requests.get(status);
        if (path.startsWith("/v1/") && timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
