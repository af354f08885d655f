package dev.tollgate.streams.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.streams.translate.DeadLetterReason;
import dev.tollgate.streams.translate.RecordRejectionReason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AccountingMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AccountingMetrics metrics = new AccountingMetrics(registry);

    @Test
    void givenANewInstance_whenMetersAreRead_thenTheDeclaredSeriesAreThereWithZeroAndNoOthers() {
        metrics.watchCatalog(() -> 0);

        assertThat(registry.getMeters())
                // In memory, each bucket of a histogram is a gauge of its own.
                .filteredOn(meter -> !meter.getId().getName().endsWith(".histogram"))
                .extracting(meter -> meter.getId().getName() + values(meter))
                .containsExactlyInAnyOrderElementsOf(StreamsMeters.GROUP.meters().stream()
                        .flatMap(meter -> meter.series().stream().map(values -> meter.name() + values))
                        .toList());
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.measure())
                        .allSatisfy(measurement ->
                                assertThat(measurement.getValue()).isZero()));
    }

    @Test
    void givenDeadLetters_whenCounted_thenTheReasonIsTheirCodeWhoeverRejectedThem() {
        metrics.countDeadLetter(RecordRejectionReason.KEY_MISMATCH);
        metrics.countDeadLetter(new DeadLetterReason.ByEngine(RejectionReason.FUTURE_EVENT));
        metrics.countDeadLetter(new DeadLetterReason.ByEngine(RejectionReason.FUTURE_EVENT));

        assertThat(deadLetters("key-mismatch")).isEqualTo(1);
        assertThat(deadLetters("future-event")).isEqualTo(2);
        assertThat(deadLetters("malformed")).isZero();
    }

    @Test
    void givenALimitEvent_whenCounted_thenItsDelayIsTimedAndClocksThatDifferCountAsNone() {
        metrics.countLimitEvent(LimitEvent.Kind.HARD_LIMIT_REACHED, 20);
        metrics.countLimitEvent(LimitEvent.Kind.HARD_LIMIT_REACHED, -5);

        Timer delay = registry.get("tollgate.streams.limit.event.delay").timer();
        assertThat(metrics.limitEvents.count(LimitEvent.Kind.HARD_LIMIT_REACHED))
                .isEqualTo(2);
        assertThat(delay.count()).isEqualTo(2);
        assertThat(delay.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(20);
    }

    @Test
    void givenFigures_whenPrinted_thenThoseThatAreNotZeroShow() {
        assertThat(metrics).hasToString("{}");

        metrics.journal.increment(Verdict.LATE);

        assertThat(metrics).hasToString("{tollgate.streams.journal.entries[tag(verdict=late)]=1.0}");
    }

    private double deadLetters(String reason) {
        return registry.get("tollgate.streams.dead.letters")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private static List<String> values(Meter meter) {
        return meter.getId().getTags().stream().map(Tag::getValue).toList();
    }
}
