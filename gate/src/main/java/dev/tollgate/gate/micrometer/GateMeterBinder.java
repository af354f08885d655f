package dev.tollgate.gate.micrometer;

import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateMetrics;
import dev.tollgate.gate.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Binds a gate's figures to a registry. Names and tags are public contract:
 *
 * <ul>
 *   <li>{@code tollgate.gate.allowed}, {@code tollgate.gate.allowed.unknown}, {@code tollgate.gate.errors}: calls
 *   <li>{@code tollgate.gate.denied}, tag {@code reason}: calls
 *   <li>{@code tollgate.gate.snapshots}, {@code tollgate.gate.snapshots.outdated}, {@code tollgate.gate.plans},
 *       {@code tollgate.gate.malformed}: records
 *   <li>{@code tollgate.gate.evicted}: accounts forgotten; {@code tollgate.gate.feed.failures}: attempts
 *   <li>{@code tollgate.gate.accounts}: accounts in memory; {@code tollgate.gate.feed.age}: time since it was level
 *       with Kafka
 * </ul>
 */
public final class GateMeterBinder implements MeterBinder {
    private final Gate gate;

    public GateMeterBinder(Gate gate) {
        this.gate = gate;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "allowed", "Calls that may go ahead", GateMetrics::allowed);
        counter(registry, "allowed.unknown", "Calls allowed by policy alone", GateMetrics::allowedUnknown);
        counter(registry, "errors", "Decisions that failed inside the gate", GateMetrics::errors);
        counter(registry, "snapshots", "Snapshots taken over", GateMetrics::snapshots);
        counter(registry, "snapshots.outdated", "Snapshots older than what is known", GateMetrics::outdatedSnapshots);
        counter(registry, "plans", "Plans taken over", GateMetrics::plans);
        counter(registry, "malformed", "Records skipped", GateMetrics::malformed);
        counter(registry, "evicted", "Accounts forgotten for lack of room", GateMetrics::evicted);
        counter(registry, "feed.failures", "Failed attempts to reach Kafka or the registry", GateMetrics::feedFailures);
        for (Reason reason : Reason.values()) {
            FunctionCounter.builder(
                            "tollgate.gate.denied",
                            gate,
                            bound -> bound.metrics().deniedBecause(reason))
                    .tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .description("Calls denied")
                    .register(registry);
        }
        Gauge.builder("tollgate.gate.accounts", gate, Gate::accounts)
                .description("Accounts in memory")
                .register(registry);
        TimeGauge.builder(
                        "tollgate.gate.feed.age",
                        gate,
                        TimeUnit.MILLISECONDS,
                        bound -> bound.feedAge().toMillis())
                .description("Time since the gate was level with Kafka")
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<GateMetrics> figure) {
        FunctionCounter.builder("tollgate.gate." + name, gate, bound -> figure.applyAsDouble(bound.metrics()))
                .description(description)
                .register(registry);
    }
}
