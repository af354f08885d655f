package dev.tollgate.gate.micrometer;

import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateMetrics;
import dev.tollgate.gate.Reason;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * Binds a gate's figures to a registry, as {@link GateMeters} declares them. All are there with 0 from the start. The
 * registry asks the gate when it is read: a call costs nothing more than without it.
 */
public final class GateMeterBinder implements MeterBinder {
    private final Gate gate;

    public GateMeterBinder(Gate gate) {
        this.gate = gate;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        DeclaredMeters meters = new DeclaredMeters(registry);
        counter(meters, GateMeters.ALLOWED, GateMetrics::allowed);
        counter(meters, GateMeters.ALLOWED_UNKNOWN, GateMetrics::allowedUnknown);
        counter(meters, GateMeters.FAILED_DECISIONS, GateMetrics::errors);
        counter(meters, GateMeters.SNAPSHOTS, GateMetrics::snapshots);
        counter(meters, GateMeters.OUTDATED_SNAPSHOTS, GateMetrics::outdatedSnapshots);
        counter(meters, GateMeters.PLANS, GateMetrics::plans);
        counter(meters, GateMeters.MALFORMED, GateMetrics::malformed);
        counter(meters, GateMeters.EVICTED, GateMetrics::evicted);
        counter(meters, GateMeters.MERGED_CALLS, GateMetrics::mergedCalls);
        counter(meters, GateMeters.FEED_FAILURES, GateMetrics::feedFailures);
        for (Reason reason : Reason.values()) {
            meters.counter(
                    GateMeters.DENIED,
                    gate,
                    bound -> bound.metrics().deniedBecause(reason),
                    TagDeclaration.value(reason));
        }
        meters.gauge(GateMeters.ACCOUNTS, gate, Gate::accounts);
        meters.gauge(GateMeters.FEED_AGE, gate, bound -> bound.feedAge().toMillis() / 1_000.0);
    }

    private void counter(DeclaredMeters meters, MeterDeclaration meter, ToDoubleFunction<GateMetrics> figure) {
        meters.counter(meter, gate, bound -> figure.applyAsDouble(bound.metrics()));
    }
}
