package dev.tollgate.streams.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountSnapshot;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.time.WindowUnit;
import dev.tollgate.schemas.avro.LimitState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutputTranslatorTest {
    @Test
    void givenBlockThatTimeAloneDoesNotEnd_whenTranslated_thenItEndsInTheYear9999AndNotNow() {
        LimitState state = translate(List.of(bucket(Scope.ACCOUNT, "", 100, true, Long.MAX_VALUE)));

        assertThat(state.getBuckets().get(0).getBlockedUntil()).isEqualTo(Instant.parse("9999-12-31T23:59:59.999Z"));
    }

    @Test
    void givenPlanThatNamesItsBuckets_whenTranslated_thenTheNameOrElseTheWindowIsSaid() {
        List<AccountSnapshot.Bucket> buckets = List.of(bucket(Scope.ACCOUNT, "", 1, false, null));

        assertThat(translate(buckets, "per-minute").getBuckets().get(0).getBucketName())
                .isEqualTo("per-minute");
        assertThat(translate(buckets, null).getBuckets().get(0).getBucketName()).isEqualTo("minute");
    }

    @Test
    void givenThresholdsOfBothKinds_whenTranslated_thenEachShareIsSaidOnceLowestFirst() {
        List<AccountSnapshot.Bucket> buckets =
                List.of(bucket(Scope.ACCOUNT, "", 95, true, null), bucket(Scope.ACCOUNT, "", 5, false, null));

        LimitState state = translate(buckets);

        assertThat(state.getBuckets().get(0).getSoftReached()).isTrue();
        assertThat(state.getBuckets().get(0).getThresholdsReached()).containsExactly(8_000, 9_000);
        assertThat(state.getBuckets().get(1).getSoftReached()).isFalse();
        assertThat(state.getBuckets().get(1).getThresholdsReached()).isEmpty();
    }

    private static LimitState translate(List<AccountSnapshot.Bucket> buckets) {
        return translate(buckets, null);
    }

    private static LimitState translate(List<AccountSnapshot.Bucket> buckets, @Nullable String name) {
        AccountSnapshot snapshot = new AccountSnapshot(
                "acme", 9, 1_000, 2_000, "mem", 1, false, false, null, null, null, Map.of(), buckets, Map.of());
        return OutputTranslator.limitState(snapshot, 3_000, 1, 5, (plan, version, limit) -> name);
    }

    private static AccountSnapshot.Bucket bucket(
            Scope scope, String key, long used, boolean reached, @Nullable Long blockedUntil) {
        return new AccountSnapshot.Bucket(
                "requests-per-minute",
                "requests",
                new Algorithm.FixedWindow(WindowUnit.MINUTE),
                Mode.ENFORCE,
                scope,
                key,
                Amount.of(100),
                used,
                100 - used,
                0,
                60_000,
                reached
                        ? List.of(
                                Threshold.usedPercent(80),
                                Threshold.usedPercent(90),
                                Threshold.remainingBelowPercent(10))
                        : List.of(),
                blockedUntil != null,
                blockedUntil);
    }
}
