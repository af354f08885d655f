package dev.tollgate.schemas.micrometer;

import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterType;
import dev.tollgate.schemas.metrics.TagDeclaration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Registers meters as they are declared. Done once, when a role or library starts: what is on the way of an event keeps
 * the {@link Counter} that it gets here. Registering again what is there gives the same meter.
 */
public final class DeclaredMeters {
    private final MeterRegistry registry;

    public DeclaredMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * A counter without tags, or the one series with these values.
     *
     * @throws IllegalArgumentException if a value is not declared
     */
    public Counter counter(MeterDeclaration meter, String... values) {
        return Counter.builder(meter.name())
                .tags(meter.tagsWith(List.of(values)))
                .baseUnit(unit(meter))
                .description(meter.help())
                .register(registry);
    }

    /** The counters of a meter whose only tag has the constants of an enum among its values. */
    public <E extends Enum<E>> EnumCounters<E> counters(MeterDeclaration meter, Class<E> values) {
        return new EnumCounters<>(values, constant -> counter(meter, TagDeclaration.value(constant)));
    }

    /**
     * A counter that is kept elsewhere.
     *
     * @param source held weakly: the meter does not keep it alive
     */
    public <T> void counter(MeterDeclaration meter, T source, ToDoubleFunction<T> count, String... values) {
        FunctionCounter.builder(meter.name(), source, count)
                .tags(meter.tagsWith(List.of(values)))
                .baseUnit(unit(meter))
                .description(meter.help())
                .register(registry);
    }

    /**
     * A value that is asked for.
     *
     * @param value in the unit of the meter; held for as long as the meter is registered
     */
    public void gauge(MeterDeclaration meter, Supplier<Number> value) {
        gauge(meter, value, source -> source.get().doubleValue(), true);
    }

    /**
     * A value that is asked for.
     *
     * @param source held weakly: the meter does not keep it alive
     * @param value in the unit of the meter
     */
    public <T> void gauge(MeterDeclaration meter, T source, ToDoubleFunction<T> value) {
        gauge(meter, source, value, false);
    }

    private <T> void gauge(MeterDeclaration meter, T source, ToDoubleFunction<T> value, boolean strongly) {
        if (meter.unit().equals(MeterDeclaration.SECONDS)) {
            // Asked in nanoseconds: a registry converts to its own unit of time.
            TimeGauge.builder(
                            meter.name(),
                            source,
                            TimeUnit.NANOSECONDS,
                            asked -> value.applyAsDouble(asked) * TimeUnit.SECONDS.toNanos(1))
                    .description(meter.help())
                    .strongReference(strongly)
                    .register(registry);
        } else {
            Gauge.builder(meter.name(), source, value)
                    .baseUnit(unit(meter))
                    .description(meter.help())
                    .strongReference(strongly)
                    .register(registry);
        }
    }

    /**
     * A timer or histogram without tags, or the one series with these values.
     *
     * @throws IllegalArgumentException if a value is not declared
     */
    public Timer timer(MeterDeclaration meter, String... values) {
        Timer.Builder timer = Timer.builder(meter.name())
                .tags(meter.tagsWith(List.of(values)))
                .description(meter.help());
        if (meter.type() == MeterType.HISTOGRAM) {
            timer.serviceLevelObjectives(meter.buckets().toArray(Duration[]::new));
        }
        return timer.register(registry);
    }

    /** Micrometer adds a unit to a name that does not end with it, also an empty one. */
    private static @Nullable String unit(MeterDeclaration meter) {
        return meter.unit().equals(MeterDeclaration.FLAG) ? null : meter.unit();
    }
}
