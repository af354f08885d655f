package dev.tollgate.notify.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.notify.internal.lane.EndpointLanes.Attempt;
import dev.tollgate.notify.internal.lane.Settlement.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointLanesTest {
    private static final long T = 1_000_000_000_000L;
    private static final AttemptResult ACCEPTED = new AttemptResult.Accepted();
    private static final AttemptResult FAILED = new AttemptResult.Failed(Duration.ZERO, false);

    private EndpointLanes<String> lanes = lanes(4, 100, false);

    @BeforeEach
    void assign() {
        lanes.assign(0, 10, Map.of());
    }

    @Test
    void givenTwoEventsOfAnAccount_whenTheFirstIsInFlightOrToBeStored_thenTheSecondWaits() {
        lanes.add(event(10, "acme", 1));
        lanes.add(event(11, "acme", 2));

        Attempt<String> first = only(lanes.start(T).attempts());
        assertThat(lanes.start(T).attempts()).isEmpty();
        Settlement<String> settlement = lanes.settle(first.event(), ACCEPTED, T);
        assertThat(lanes.start(T).attempts()).isEmpty();
        lanes.stored(settlement);

        assertThat(only(lanes.start(T).attempts()).event().version()).isEqualTo(2);
    }

    @Test
    void givenManyAccounts_whenStarted_thenTheyGoInParallelUpToTheBound() {
        for (int i = 0; i < 10; i++) {
            lanes.add(event(10 + i, "account-" + i, 1));
        }

        List<Attempt<String>> started = lanes.start(T).attempts();

        assertThat(started).hasSize(4);
        assertThat(lanes.start(T).attempts()).isEmpty();
        lanes.stored(lanes.settle(started.get(2).event(), ACCEPTED, T));
        assertThat(only(lanes.start(T).attempts()).event().account()).isEqualTo("account-4");
    }

    @Test
    void givenAnAccountWithManyEvents_whenOthersWait_thenTheyTakeTurns() {
        lanes = lanes(1, 100, false);
        lanes.assign(0, 10, Map.of());
        lanes.add(event(10, "busy", 1));
        lanes.add(event(11, "busy", 2));
        lanes.add(event(12, "quiet", 1));

        lanes.stored(lanes.settle(only(lanes.start(T).attempts()).event(), ACCEPTED, T));

        assertThat(only(lanes.start(T).attempts()).event().account()).isEqualTo("quiet");
    }

    @Test
    void givenAnEventThatIsOpen_whenLaterOnesAreDone_thenItsOffsetIsWhatMayBeCommitted() {
        lanes.add(event(10, "slow", 1));
        lanes.add(event(11, "fast", 1));
        lanes.pass(0, 12);
        List<Attempt<String>> started = lanes.start(T).attempts();

        lanes.stored(lanes.settle(started.get(1).event(), ACCEPTED, T));
        assertThat(lanes.committable(0)).isEqualTo(10);
        Settlement<String> last = lanes.settle(started.getFirst().event(), ACCEPTED, T);
        assertThat(lanes.committable(0)).as("not before it is stored").isEqualTo(10);
        lanes.stored(last);

        assertThat(lanes.committable(0)).isEqualTo(13);
    }

    @Test
    void givenAFailure_whenTheWaitIsOver_thenTheSameEventIsTriedAgainAndTheRestOfTheLaneWaits() {
        lanes.add(event(10, "acme", 1));
        lanes.add(event(11, "acme", 2));
        Attempt<String> first = only(lanes.start(T).attempts());

        Settlement<String> settlement = lanes.settle(first.event(), FAILED, T);
        lanes.stored(settlement);

        assertThat(settlement.outcome()).isEqualTo(Outcome.RETRYING);
        assertThat(settlement.nextAttemptAtMillis()).isBetween(T + 5_000, T + 6_000);
        assertThat(settlement.progress()).isEqualTo(new LaneProgress(-1, 1, 1, settlement.nextAttemptAtMillis()));
        assertThat(lanes.start(settlement.nextAttemptAtMillis() - 1).attempts()).isEmpty();
        assertThat(lanes.nextDueMillis()).hasValue(settlement.nextAttemptAtMillis());
        Attempt<String> second =
                only(lanes.start(settlement.nextAttemptAtMillis()).attempts());
        assertThat(second.event()).isSameAs(first.event());
        assertThat(second.number()).isEqualTo(2);
    }

    @Test
    void givenAReceiverThatAsksForTime_whenItIsLongerThanTheTable_thenItGetsIt() {
        lanes.add(event(10, "acme", 1));
        Attempt<String> first = only(lanes.start(T).attempts());

        Settlement<String> settlement =
                lanes.settle(first.event(), new AttemptResult.Failed(Duration.ofMinutes(7), false), T);

        assertThat(settlement.nextAttemptAtMillis()).isEqualTo(T + 420_000);
    }

    @Test
    void givenAReceiverThatIsOverloaded_whenItAsksForTime_thenOtherAccountsWaitToo() {
        lanes.add(event(10, "acme", 1));
        Attempt<String> first = only(lanes.start(T).attempts());
        lanes.stored(lanes.settle(first.event(), new AttemptResult.Failed(Duration.ofSeconds(60), true), T));
        lanes.add(event(11, "other", 1));

        assertThat(lanes.start(T + 59_999).attempts()).isEmpty();
        assertThat(lanes.nextDueMillis()).hasValue(T + 60_000);
        assertThat(lanes.start(T + 60_000).attempts()).hasSize(2);
    }

    @Test
    void givenAnEventPastItsAge_whenItsLastAttemptFails_thenItHasExpiredAndTheLaneMovesOn() {
        lanes.add(event(10, "acme", 1));
        lanes.add(event(11, "acme", 2));
        long age = Duration.ofDays(3).toMillis();
        Settlement<String> settlement = null;
        int attempts = 0;
        for (long now = T; settlement == null || settlement.outcome() == Outcome.RETRYING; attempts++) {
            settlement = lanes.settle(only(lanes.start(now).attempts()).event(), FAILED, now);
            lanes.stored(settlement);
            now = settlement.nextAttemptAtMillis();
        }

        assertThat(settlement.outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(attempts)
                .as("0, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 h and the end")
                .isEqualTo(10);
        assertThat(settlement.progress()).isEqualTo(LaneProgress.doneUpTo(1));
        assertThat(only(lanes.start(T + age).attempts()).event().version()).isEqualTo(2);
    }

    @Test
    void givenAnEventThatIsOldAtOnce_whenStarted_thenItIsTriedOnce() {
        lanes.add(event(10, "acme", 1));
        long late = T + Duration.ofDays(60).toMillis();

        Settlement<String> settlement =
                lanes.settle(only(lanes.start(late).attempts()).event(), FAILED, late);

        assertThat(settlement.outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(settlement.attempts()).isEqualTo(1);
    }

    @Test
    void givenAReceiverThatIsGone_whenItSaysSo_thenNothingIsStartedAnyMoreAndTheEventStaysOpen() {
        lanes.add(event(10, "acme", 1));
        lanes.add(event(11, "other", 1));
        lanes = lanes(1, 100, false);
        lanes.assign(0, 10, Map.of());
        lanes.add(event(10, "acme", 1));
        lanes.add(event(11, "other", 1));

        Settlement<String> settlement =
                lanes.settle(only(lanes.start(T).attempts()).event(), new AttemptResult.Gone(), T);
        lanes.stored(settlement);

        assertThat(settlement.outcome()).isEqualTo(Outcome.DISABLED);
        assertThat(settlement.progress()).isEqualTo(LaneProgress.START);
        assertThat(lanes.isDisabled()).isTrue();
        assertThat(lanes.start(T + 1_000_000).attempts()).isEmpty();
        assertThat(lanes.committable(0)).isEqualTo(10);
    }

    @Test
    void givenStoredProgress_whenTheEventsAreReadAgain_thenWhatIsDoneIsSkippedAndARetryGoesOnWhereItWas() {
        lanes.assign(3, 0, Map.of("acme", new LaneProgress(5, 6, 4, T + 77)));

        assertThat(lanes.add(event(3, 0, "acme", 5, null))).isFalse();
        assertThat(lanes.committable(3)).isEqualTo(1);
        assertThat(lanes.add(event(3, 1, "acme", 6, null))).isTrue();
        assertThat(lanes.add(event(3, 2, "acme", 6, null)))
                .as("twice in the log")
                .isFalse();

        assertThat(lanes.start(T + 76).attempts()).isEmpty();
        assertThat(only(lanes.start(T + 77).attempts()).number()).isEqualTo(5);
    }

    @Test
    void givenABlockThatHasEnded_whenSupersededOnesAreDropped_thenOnlyItsEndIsSent() {
        lanes = lanes(4, 100, true);
        lanes.assign(0, 10, Map.of());
        lanes.add(event(0, 10, "acme", 1, null));
        lanes.add(event(0, 11, "acme", 2, "acme-1"));

        EndpointLanes.Work<String> work = lanes.start(T);
        assertThat(work.attempts()).isEmpty();
        Settlement<String> superseded = only(work.superseded());
        assertThat(superseded.outcome()).isEqualTo(Outcome.SUPERSEDED);
        lanes.stored(superseded);

        assertThat(only(lanes.start(T).attempts()).event().version()).isEqualTo(2);
    }

    @Test
    void givenABlockThatHasEnded_whenSupersededOnesAreSent_thenBothAre() {
        lanes.add(event(0, 10, "acme", 1, null));
        lanes.add(event(0, 11, "acme", 2, "acme-1"));

        assertThat(only(lanes.start(T).attempts()).event().version()).isEqualTo(1);
    }

    @Test
    void givenAPartitionWithManyOpenEvents_whenSomeAreDone_thenItIsReadOnAtHalf() {
        lanes = lanes(100, 4, false);
        lanes.assign(0, 10, Map.of());
        for (int i = 0; i < 4; i++) {
            assertThat(lanes.isFull(0)).isFalse();
            lanes.add(event(10 + i, "account-" + i, 1));
        }
        assertThat(lanes.isFull(0)).isTrue();

        List<Attempt<String>> started = lanes.start(T).attempts();
        lanes.stored(lanes.settle(started.getFirst().event(), ACCEPTED, T));
        assertThat(lanes.hasRoom(0)).isFalse();
        lanes.stored(lanes.settle(started.get(1).event(), ACCEPTED, T));

        assertThat(lanes.hasRoom(0)).isTrue();
    }

    @Test
    void givenAPartitionThatIsTakenAway_whenItsAnswerComes_thenTheRestGoesOn() {
        lanes.assign(1, 0, Map.of());
        lanes.add(event(0, 10, "acme", 1, null));
        lanes.add(event(1, 0, "other", 1, null));
        List<Attempt<String>> started = lanes.start(T).attempts();

        lanes.revoke(0);

        assertThat(lanes.inFlight()).isEqualTo(1);
        assertThatThrownBy(() -> lanes.settle(started.getFirst().event(), ACCEPTED, T))
                .hasMessageContaining("partition 0 is not assigned");
        lanes.stored(lanes.settle(started.get(1).event(), ACCEPTED, T));
        assertThat(lanes.pending()).isZero();
        assertThat(lanes.oldestAppendedAtMillis()).isEmpty();
    }

    private static EndpointLanes<String> lanes(int parallel, int maxPending, boolean dropSuperseded) {
        return new EndpointLanes<>(
                new LanePolicy(parallel, maxPending, Duration.ofDays(3), RetryTable.STANDARD, dropSuperseded));
    }

    private static PendingEvent<String> event(long offset, String account, long version) {
        return event(0, offset, account, version, null);
    }

    private static PendingEvent<String> event(
            int partition, long offset, String account, long version, @Nullable String clears) {
        return new PendingEvent<>(
                partition, offset, account, version, account + "-" + version, clears, T, account + " " + version);
    }

    private static <V> V only(List<V> values) {
        assertThat(values).hasSize(1);
        return values.getFirst();
    }
}
