package dev.tollgate.sink.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.sink.internal.failure.UnavailableException;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SinkMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nowMillis = new AtomicLong(10_000);
    private final SinkMetrics metrics = new SinkMetrics(registry, nowMillis::get);

    private double lagSeconds() {
        return registry.get("tollgate.sink.lag").timeGauge().value(TimeUnit.SECONDS);
    }

    @Test
    void givenANewSink_whenMetersAreRead_thenTheDeclaredSeriesAreThereWithZeroAndNoOthers() {
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName() + values(meter))
                .containsExactlyInAnyOrderElementsOf(SinkMeters.GROUP.meters().stream()
                        .flatMap(meter -> meter.series().stream().map(values -> meter.name() + values))
                        .toList());
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.measure())
                        .allSatisfy(measurement ->
                                assertThat(measurement.getValue()).isZero()));
    }

    @Test
    void givenThreads_whenTheyReportTheirOldestRecords_thenTheLagIsTheAgeOfTheOldestOfAll() {
        SinkMetrics.OldestRecord first = metrics.newOldestRecord();
        SinkMetrics.OldestRecord second = metrics.newOldestRecord();
        assertThat(lagSeconds()).isZero();

        first.set(9_000);
        second.set(4_000);
        assertThat(lagSeconds()).isEqualTo(6);

        nowMillis.set(11_500);
        second.set(SinkMetrics.OldestRecord.NONE);
        assertThat(lagSeconds()).isEqualTo(2.5);

        // The clock of a broker is ahead.
        first.set(12_000);
        assertThat(lagSeconds()).isZero();
    }

    @Test
    void givenRetries_whenCounted_thenEachPartHasItsOwn() {
        metrics.retried(UnavailableException.Part.KAFKA);
        metrics.retried(UnavailableException.Part.CLICKHOUSE);
        metrics.retried(UnavailableException.Part.CLICKHOUSE);

        SinkMetrics.Snapshot figures = metrics.snapshot();
        assertThat(figures.clickHouseRetries()).isEqualTo(2);
        assertThat(figures.kafkaRetries()).isEqualTo(1);
        assertThat(figures.registryRetries()).isZero();
    }

    private static List<String> values(Meter meter) {
        return meter.getId().getTags().stream().map(Tag::getValue).toList();
    }
}
