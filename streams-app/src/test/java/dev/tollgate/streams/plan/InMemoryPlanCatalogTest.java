package dev.tollgate.streams.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.planmodel.PlanHistory.ChangedVersionException;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.streams.plan.InMemoryPlanCatalog.Notice;
import dev.tollgate.streams.task.TestingPlans;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which records of the catalog count for a record, by append times alone. */
class InMemoryPlanCatalogTest {
    private static final long SETTLE = 5_000;
    private static final long NOON = Instant.parse("2026-03-02T12:00:00Z").toEpochMilli();
    private static final Duration DAY = Duration.ofDays(1);

    private final InMemoryPlanCatalog catalog = new InMemoryPlanCatalog(Duration.ofMillis(SETTLE));

    @Test
    void givenVersion_whenTheRecordCameExactlyTheSettleTimeLater_thenItCountsAndNotOneMillisecondEarlier() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.markReadUpTo(NOON + 10 * SETTLE);

        assertThat(at(NOON + SETTLE - 1)).isNull();
        assertThat(at(NOON + SETTLE)).isNotNull();
        assertThat(at(NOON + 9 * SETTLE)).isSameAs(at(NOON + SETTLE));
    }

    @Test
    void givenTombstone_whenTheRecordCameTheSettleTimeLater_thenThePlanIsGoneAndWasThereOneMillisecondEarlier() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.remove("mem", NOON + 1_000);
        catalog.markReadUpTo(NOON + 10 * SETTLE);

        assertThat(at(NOON + SETTLE + 999)).isNotNull();
        assertThat(at(NOON + SETTLE + 1_000)).isNull();
    }

    @Test
    void givenARecordThatWaits_whenTheInstanceStops_thenItStillGetsItsAnswer() throws Exception {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        CompletableFuture<@Nullable PlanVersion> answer = CompletableFuture.supplyAsync(() -> at(NOON + SETTLE));
        awaitWaiting();

        catalog.endWaitsAfter(Duration.ofMinutes(1));
        catalog.markReadUpTo(NOON + SETTLE);

        assertThat(answer.get(30, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void givenARecordThatWaits_whenTheInstanceStopsAndTheGraceIsOver_thenTheWaitFails() {
        CompletableFuture<@Nullable PlanVersion> answer = CompletableFuture.supplyAsync(() -> at(NOON));
        awaitWaiting();

        catalog.endWaitsAfter(Duration.ofMillis(20));

        assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(KafkaException.class)
                .hasMessageContaining("closed while a record waited");
    }

    @Test
    void givenRecordsOfTheSameMillisecond_whenAsked_thenTheLastOfThemCounts() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.remove("mem", NOON);
        catalog.put(TestingPlans.plan("mem", TestingPlans.version(2, TestingPlans.ALWAYS, 20)), NOON);
        catalog.put(TestingPlans.mem("other", 20), NOON);
        catalog.markReadUpTo(NOON + 10 * SETTLE);

        assertThat(view(NOON + SETTLE).plans().all())
                .extracting(PlanVersion::planId)
                .contains("mem", "other");
        assertThat(amountAt(NOON + SETTLE)).isEqualTo(20);
        assertThat(at(NOON + SETTLE - 1)).isNull();
    }

    @Test
    void givenAppendTimesThatGoBack_whenAsked_thenALaterRecordCountsNoSoonerThanTheOneBefore() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.remove("mem", NOON - 300);
        catalog.markReadUpTo(NOON + 10 * SETTLE);

        assertThat(at(NOON + SETTLE - 1)).isNull();
        assertThat(at(NOON + SETTLE)).as("both count from the same moment on").isNull();
        assertThat(catalog.all()).extracting(PlanVersion::planId).doesNotContain("mem");
    }

    @Test
    void givenAView_whenItCoversAMoment_thenNoRecordCouldChangeTheAnswer() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.put(TestingPlans.plan("mem", TestingPlans.version(2, TestingPlans.ALWAYS, 20)), NOON + 2_000);
        catalog.markReadUpTo(NOON + SETTLE + 8_000);

        for (long moment = NOON; moment <= NOON + SETTLE + 8_000; moment += 500) {
            CatalogView view = view(moment);
            assertThat(view.covers(moment)).isTrue();
            for (long other = NOON; other <= NOON + SETTLE + 16_000; other += 500) {
                if (view.covers(other)) {
                    assertThat(other).isLessThanOrEqualTo(NOON + SETTLE + 8_000);
                    assertThat(view(other).plans()).isSameAs(view.plans());
                }
            }
        }
    }

    @Test
    void givenARecordBeyondWhatIsRead_whenAsked_thenItWaitsAndGetsWhatCountsThen() throws Exception {
        AtomicInteger waits = new AtomicInteger();
        AtomicInteger demands = new AtomicInteger();
        catalog.onDemand(demands::incrementAndGet);
        catalog.markReadUpTo(NOON);

        CompletableFuture<CatalogView> asked =
                CompletableFuture.supplyAsync(() -> catalog.viewFor(NOON + SETTLE, waits::incrementAndGet));
        awaitWaiting();
        assertThat(catalog.newestAskedMillis()).isEqualTo(NOON + SETTLE);
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        assertThat(asked).isNotDone();
        catalog.markReadUpTo(NOON + SETTLE);

        assertThat(asked.get(30, TimeUnit.SECONDS).plans().planAt("mem", NOON)).isNotNull();
        assertThat(waits).hasValue(1);
        assertThat(demands).hasPositiveValue();
        assertThat(catalog.waiting()).isZero();
    }

    @Test
    void givenAReaderThatFailed_whenAsked_thenWhatIsReadIsAnsweredAndMoreIsAnError() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.markReadUpTo(NOON + SETTLE);
        catalog.fail(new IllegalStateException("no right to read"));

        assertThat(at(NOON + SETTLE)).isNotNull();
        assertThatThrownBy(() -> view(NOON + SETTLE + 1))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("no right to read");
    }

    @Test
    void givenVersionThatIsNotWhatItWas_whenPut_thenItIsRejectedAlsoAfterThePlanWasRemoved() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);

        assertThatThrownBy(() -> catalog.put(TestingPlans.mem("mem", 20), NOON + 1))
                .isInstanceOf(ChangedVersionException.class);
        catalog.remove("mem", NOON + 2);
        assertThatThrownBy(() -> catalog.put(TestingPlans.mem("mem", 20), NOON + 3))
                .isInstanceOf(ChangedVersionException.class);
        catalog.markReadUpTo(NOON + 10 * SETTLE);
        assertThat(amountAt(NOON + SETTLE + 1)).isEqualTo(10);
        assertThat(at(NOON + SETTLE + 3)).isNull();
    }

    @Test
    void givenVersionThatIsGone_whenAskedByNumber_thenItIsGivenFromThenOnThatItCountedAndNotBefore() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);
        catalog.put(TestingPlans.plan("mem", TestingPlans.version(2, TestingPlans.ALWAYS, 20)), NOON + 1);
        catalog.remove("mem", NOON + 2);
        catalog.markReadUpTo(NOON + 10 * SETTLE);

        assertThat(view(NOON + SETTLE - 1).plans().version("mem", 1)).isNull();
        assertThat(view(NOON + SETTLE).plans().version("mem", 2)).isNull();
        for (long later : new long[] {NOON + SETTLE + 1, NOON + SETTLE + 2, NOON + 9 * SETTLE}) {
            assertThat(view(later).plans().version("mem", 1))
                    .isSameAs(view(NOON + SETTLE).plans().planAt("mem", NOON));
            assertThat(view(later).plans().version("mem", 2)).isNotNull();
        }
        assertThat(at(NOON + 9 * SETTLE)).isNull();
        assertThat(catalog.all()).extracting(PlanVersion::planId).doesNotContain("mem");
    }

    @Test
    void givenPlanThatContradictsItself_whenPut_thenTheOneBeforeGoesOnCounting() {
        catalog.put(TestingPlans.mem("mem", 10), NOON);

        assertThatThrownBy(() -> catalog.put(
                        TestingPlans.plan(
                                "mem",
                                TestingPlans.version(1, TestingPlans.ALWAYS, 100),
                                TestingPlans.version(1, TestingPlans.ALWAYS, 7)),
                        NOON + 1))
                .isInstanceOf(IllegalArgumentException.class);
        catalog.markReadUpTo(NOON + 10 * SETTLE);

        assertThat(amountAt(NOON + 9 * SETTLE)).isEqualTo(10);
    }

    @Test
    void givenComingVersions_whenTheirNoticePeriodsBeginOrTheyCountWithinThem_thenThoseAreTheMomentsOfNotice() {
        Instant first = Instant.ofEpochMilli(NOON).plus(DAY.multipliedBy(10));
        Instant second = Instant.ofEpochMilli(NOON).plus(DAY.multipliedBy(12));
        catalog.put(
                TestingPlans.plan(
                        "mem",
                        TestingPlans.version(1, TestingPlans.ALWAYS, 10),
                        noticed(TestingPlans.version(2, first, 20), DAY.multipliedBy(3)),
                        noticed(TestingPlans.version(3, second, 30), DAY.multipliedBy(30))),
                NOON);
        catalog.markReadUpTo(NOON + DAY.multipliedBy(20).toMillis());
        Notice of2 = new Notice(first.minus(DAY.multipliedBy(3)).toEpochMilli(), "mem");
        Notice of3 = new Notice(first.toEpochMilli(), "mem");

        assertThat(catalog.noticesBetween(
                        Long.MIN_VALUE, NOON + DAY.multipliedBy(20).toMillis()))
                .as("version 3 comes next only when version 2 is in force")
                .containsExactly(of2, of3);
        assertThat(catalog.noticesBetween(of2.atMillis(), of3.atMillis())).containsExactly(of3);
        assertThat(catalog.noticesBetween(of2.atMillis() - 1, of2.atMillis())).containsExactly(of2);
        assertThat(view(of2.atMillis() - 1).lastNoticeMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(view(of2.atMillis()).lastNoticeMillis()).isEqualTo(of2.atMillis());

        long replaced = of2.atMillis() - 1 - SETTLE;
        catalog.put(TestingPlans.mem("mem", 10), replaced);
        assertThat(catalog.noticesBetween(Long.MIN_VALUE, Long.MAX_VALUE))
                .as("a record that is replaced before its moment has none")
                .isEmpty();
    }

    private static dev.tollgate.schemas.avro.PlanVersion noticed(
            dev.tollgate.schemas.avro.PlanVersion version, Duration period) {
        version.setNoticePeriodMs(period.toMillis());
        return version;
    }

    private void awaitWaiting() {
        while (catalog.waiting() == 0) {
            Thread.onSpinWait();
        }
    }

    private CatalogView view(long appendedAtMillis) {
        return catalog.viewFor(appendedAtMillis, () -> {});
    }

    private long amountAt(long appendedAtMillis) {
        PlanVersion version = Objects.requireNonNull(at(appendedAtMillis));
        return version.limits().getFirst().amount().units();
    }

    /** The version of {@code mem} that counts for a record. */
    private @Nullable PlanVersion at(long appendedAtMillis) {
        return view(appendedAtMillis).plans().planAt("mem", NOON);
    }
}
