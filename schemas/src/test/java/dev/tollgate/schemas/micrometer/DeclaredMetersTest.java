package dev.tollgate.schemas.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.TagDeclaration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeclaredMetersTest {
    private enum Verdict {
        COUNTED,
        NOT_CONSUMING
    }

    private static final MeterDeclaration ENTRIES = MeterDeclaration.counter(
            "tollgate.test.entries", "entries", "entries by verdict", TagDeclaration.of("verdict", Verdict.class));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final DeclaredMeters meters = new DeclaredMeters(registry);

    @Test
    void givenACounterByEnum_whenRegistered_thenEachSeriesIsThereWithZero() {
        EnumCounters<Verdict> counters = meters.counters(ENTRIES, Verdict.class);

        assertThat(registry.find("tollgate.test.entries").counters())
                .extracting(counter -> counter.getId().getTag("verdict"), Counter::count)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("counted", 0.0),
                        org.assertj.core.groups.Tuple.tuple("not-consuming", 0.0));
        counters.increment(Verdict.NOT_CONSUMING);
        counters.add(Verdict.NOT_CONSUMING, 2);
        assertThat(counters.count(Verdict.NOT_CONSUMING)).isEqualTo(3);
        assertThat(counters.count(Verdict.COUNTED)).isZero();
        assertThat(registry.get("tollgate.test.entries")
                        .tag("verdict", "not-consuming")
                        .counter()
                        .count())
                .isEqualTo(3);
    }

    @Test
    void givenAValueThatIsNotDeclared_whenRegistered_thenItIsRejected() {
        assertThatThrownBy(() -> meters.counter(ENTRIES, "late"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tollgate.test.entries has no verdict 'late'");
        assertThatThrownBy(() -> meters.counter(ENTRIES)).isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void givenGauges_whenRead_thenTheyAskAndTimesAreInTheUnitOfTheRegistry() {
        AtomicLong lag = new AtomicLong(7);
        meters.gauge(MeterDeclaration.gauge("tollgate.test.lag.records", "records", "x"), lag::get);
        meters.gauge(MeterDeclaration.gauge("tollgate.test.lag", MeterDeclaration.SECONDS, "x"), () -> 2.5);
        meters.gauge(MeterDeclaration.gauge("tollgate.test.ready", MeterDeclaration.FLAG, "x"), lag, AtomicLong::get);

        lag.set(1);

        assertThat(registry.get("tollgate.test.lag.records").gauge().value()).isEqualTo(1);
        assertThat(registry.get("tollgate.test.lag").timeGauge().value(TimeUnit.MILLISECONDS))
                .isCloseTo(2_500, within(0.001));
        assertThat(registry.get("tollgate.test.ready").gauge().getId().getBaseUnit())
                .isNull();
    }

    @Test
    void givenAHistogram_whenRecorded_thenItsBucketsAreThoseThatAreDeclared() {
        Timer timer = meters.timer(MeterDeclaration.histogram(
                "tollgate.test.delay", List.of(Duration.ofMillis(5), Duration.ofMillis(50)), "x"));

        timer.record(Duration.ofMillis(10));

        assertThat(timer.takeSnapshot().histogramCounts())
                .extracting(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                .containsExactly(5.0, 50.0);
        assertThat(timer.count()).isOne();
    }
}
