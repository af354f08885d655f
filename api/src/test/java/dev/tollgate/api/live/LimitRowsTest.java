package dev.tollgate.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.api.list.LiveRows;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitRowsTest {
    private static final Instant NOW = Snapshots.STREAM_TIME.plusSeconds(60);

    private static LiveRows.Row only(LimitState state, Instant now) {
        List<LiveRows.Row> rows = LimitRows.rows(List.of(state), now, 0).rows();
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    /** 10 leak in a second: what has leaked is rounded down, so that no more is promised than there is. */
    @ParameterizedTest
    @CsvSource({
        "10, 9, 0, 9",
        "10, 9, 99, 9",
        "10, 9, 100, 8",
        "10, 9, 899, 1",
        "10, 9, 900, 0",
        "10, 9, -5000, 9",
        "9000000000000000000, 9000000000000000000, 500, 4500000000000000000",
        "9000000000000000000, 9000000000000000000, 86400000, 0"
    })
    void givenALeakyBucket_whenTimeHasPassed_thenItHasDrained(long amount, long used, long millis, long usedNow) {
        LimitState state = Snapshots.ofAccount("a", 1, Snapshots.leaky("l", amount, used));

        LiveRows.Row row = only(state, Snapshots.STREAM_TIME.plus(Duration.ofMillis(millis)));

        assertThat(row.values().get("used")).isEqualTo(used);
        assertThat(row.values().get("used_now")).isEqualTo(usedNow);
        assertThat(row.values().get("remaining")).isEqualTo(amount - usedNow);
    }

    @Test
    void givenAWindow_whenItsEndHasCome_thenNothingIsUsedOfItAndThatOfAProjectIsGone() {
        Instant end = NOW;
        LimitState account =
                Snapshots.ofAccount("a", 1, Snapshots.window("day", Scope.ACCOUNT, "", 10L, 12, Snapshots.START, end));
        LimitState project = Snapshots.ofProject(
                "a", "p", 2, Snapshots.window("each", Scope.PROJECT, "p", 10L, 3, Snapshots.START, end));

        LiveRows.Row before = only(account, end.minusMillis(1));
        LiveRows.Row after = only(account, end);

        assertThat(List.of(before.values().get("used_now"), before.values().get("remaining")))
                .containsExactly(12L, 0L);
        assertThat(List.of(after.values().get("used_now"), after.values().get("remaining")))
                .containsExactly(0L, 10L);
        assertThat(after.values().get("window_over")).isEqualTo(true);
        assertThat(only(project, end.minusMillis(1)).dimensions()).containsEntry("project", "p");
        assertThat(LimitRows.rows(List.of(project), end, 0).rows()).isEmpty();
    }

    @Test
    void givenSuspensions_whenAsked_thenOnesThatAreOverDoNotHold() {
        assertThat(suspended(null)).isEqualTo(true);
        assertThat(suspended(NOW.plusMillis(1))).isEqualTo(true);
        assertThat(suspended(NOW)).isEqualTo(false);
    }

    private static Object suspended(@Nullable Instant until) {
        LimitState state = Snapshots.of("a", 1)
                .setSuspended(true)
                .setSuspendedUntil(until)
                .setBuckets(List.of(Snapshots.leaky("l", 1, 0)))
                .build();
        Object suspended = only(state, NOW).values().get("suspended");
        assertThat(suspended).isNotNull();
        return Objects.requireNonNull(suspended);
    }

    @Test
    void givenNoSnapshots_whenAsked_thenNothingIsSaidOfTheirTimes() {
        LiveRows none = LimitRows.rows(List.of(), NOW, 7);

        assertThat(none).isEqualTo(new LiveRows("limit-state", 0, 0, 0, 7, List.of()));
    }
}
