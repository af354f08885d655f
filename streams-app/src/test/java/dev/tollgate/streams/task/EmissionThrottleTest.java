package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.PendingWorkStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmissionThrottleTest {
    private final EmissionThrottle throttle = new EmissionThrottle(100);
    private final CachedAccount a = new CachedAccount(AccountRecord.empty("a"));
    private final CachedAccount b = new CachedAccount(AccountRecord.empty("b"));

    @Test
    void givenFirstChange_whenAsked_thenItMayBeSaidAtOnce() {
        assertThat(throttle.tryAcquire(a.snapshot, 0)).isTrue();
    }

    @Test
    void givenChangesWithinTheInterval_whenItIsOver_thenTheyAreSaidOnce() {
        throttle.emitted(a.snapshot, 1_000);

        assertThat(throttle.tryAcquire(a.snapshot, 1_010)).isFalse();
        assertThat(throttle.tryAcquire(a.snapshot, 1_090)).isFalse();

        assertThat(due(1_109)).isEmpty();
        assertThat(due(1_110)).containsExactly("a");
        assertThat(due(2_000)).isEmpty();
    }

    @Test
    void givenHeldChange_whenItIsSaidForAnotherReason_thenItIsNotSaidAgain() {
        throttle.emitted(a.snapshot, 1_000);
        throttle.tryAcquire(a.snapshot, 1_010);

        throttle.emitted(a.snapshot, 1_020);

        assertThat(a.snapshot.isHeld()).isFalse();
        assertThat(due(5_000)).isEmpty();
    }

    @Test
    void givenMoreThanOneCallMaySay_whenDue_thenTheRestWaitsForTheNextCall() {
        throttle.emitted(a.snapshot, 0);
        throttle.emitted(b.snapshot, 0);
        throttle.tryAcquire(a.snapshot, 10);
        throttle.tryAcquire(b.snapshot, 20);

        List<String> first = new ArrayList<>();
        throttle.flushDue(1_000, 1, account -> say(account, first, 1_000));

        assertThat(first).containsExactly("a");
        assertThat(due(1_000)).containsExactly("b");
    }

    @Test
    void givenClockThatJumpsBack_whenChangesCome_thenTheyAreDelayedByOneIntervalAtMost() {
        throttle.emitted(a.snapshot, 1_000_000);

        assertThat(throttle.tryAcquire(a.snapshot, 500)).isFalse();
        assertThat(due(600)).containsExactly("a");
    }

    @Test
    void givenClockThatJumpsBack_whenSomethingIsHeld_thenItIsSaidAtTheNextLook() {
        throttle.emitted(a.snapshot, 1_000_000);
        throttle.tryAcquire(a.snapshot, 1_000_010);

        assertThat(due(500)).containsExactly("a");
    }

    @Test
    void givenInputThatIsReadLate_whenPaced_thenTheIntervalGrowsByHalfOfTheDelay() {
        throttle.adaptTo(10_100);
        throttle.emitted(a.snapshot, 0);

        assertThat(throttle.tryAcquire(a.snapshot, 5_099)).isFalse();
        assertThat(due(10_198)).isEmpty();
        assertThat(due(10_199)).containsExactly("a");
        assertThat(throttle.tryAcquire(a.snapshot, 15_299)).isTrue();
    }

    @Test
    void givenDelayWithinTheInterval_whenPaced_thenTheIntervalIsAsConfigured() {
        throttle.adaptTo(100);
        throttle.emitted(a.snapshot, 0);

        assertThat(throttle.tryAcquire(a.snapshot, 100)).isTrue();
    }

    @Test
    void givenADelayOfHours_whenPaced_thenAMinuteIsAddedAtMost() {
        throttle.adaptTo(7_200_000);
        throttle.emitted(a.snapshot, 0);

        assertThat(throttle.tryAcquire(a.snapshot, 60_099)).isFalse();
        throttle.emitted(a.snapshot, 0);
        assertThat(throttle.tryAcquire(a.snapshot, 60_100)).isTrue();
    }

    @Test
    void givenWhatWasHeldWhileLate_whenTheTaskHasCaughtUp_thenItIsDueByTheConfiguredInterval() {
        throttle.adaptTo(60_000);
        throttle.emitted(a.snapshot, 0);
        throttle.tryAcquire(a.snapshot, 10);
        assertThat(due(1_000)).isEmpty();

        throttle.adaptTo(0);

        assertThat(due(1_000)).containsExactly("a");
    }

    @Test
    void givenDeadlines_whenTimePasses_thenEachAccountComesOnceAtItsNewestDeadline() {
        TimerQueue timers = new TimerQueue();
        timers.set("a", 50);
        timers.set("b", 40);
        timers.set("c", 30);
        timers.set("a", 70);
        timers.set("c", PendingWorkStore.NO_DEADLINE);

        assertThat(timers.pollPassed(39)).isNull();
        assertThat(timers.pollPassed(60)).isEqualTo("b");
        assertThat(timers.pollPassed(60)).isNull();
        assertThat(timers.pollPassed(70)).isEqualTo("a");
        assertThat(timers.pollPassed(Long.MAX_VALUE - 1)).isNull();
        assertThat(timers.size()).isZero();
    }

    @Test
    void givenDeadlineThatMovesAllTheTime_whenSet_thenTheQueueStaysSmall() {
        TimerQueue timers = new TimerQueue();

        for (int i = 0; i < 100_000; i++) {
            timers.set("a", i);
        }

        assertThat(timers.queued()).isLessThan(2_000);
        assertThat(timers.pollPassed(99_998)).isNull();
        assertThat(timers.pollPassed(99_999)).isEqualTo("a");
    }

    private List<String> due(long now) {
        List<String> said = new ArrayList<>();
        throttle.flushDue(now, 100, account -> say(account, said, now));
        return said;
    }

    private void say(CachedAccount account, List<String> said, long now) {
        said.add(account.id());
        throttle.emitted(account.snapshot, now);
    }
}
