package dev.tollgate.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.Agenda;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace(100);
    private final Account a = new Account(AccountRecord.empty("a"));
    private final Account b = new Account(AccountRecord.empty("b"));

    @Test
    void givenFirstChange_whenAsked_thenItMayBeSaidAtOnce() {
        assertThat(pace.mayBeSaid(a.snapshot, 0)).isTrue();
    }

    @Test
    void givenChangesWithinTheInterval_whenItIsOver_thenTheyAreSaidOnce() {
        pace.said(a.snapshot, 1_000);

        assertThat(pace.mayBeSaid(a.snapshot, 1_010)).isFalse();
        assertThat(pace.mayBeSaid(a.snapshot, 1_090)).isFalse();

        assertThat(due(1_109)).isEmpty();
        assertThat(due(1_110)).containsExactly("a");
        assertThat(due(2_000)).isEmpty();
    }

    @Test
    void givenHeldChange_whenItIsSaidForAnotherReason_thenItIsNotSaidAgain() {
        pace.said(a.snapshot, 1_000);
        pace.mayBeSaid(a.snapshot, 1_010);

        pace.said(a.snapshot, 1_020);

        assertThat(a.snapshot.isHeld()).isFalse();
        assertThat(due(5_000)).isEmpty();
    }

    @Test
    void givenMoreThanOneCallMaySay_whenDue_thenTheRestWaitsForTheNextCall() {
        pace.said(a.snapshot, 0);
        pace.said(b.snapshot, 0);
        pace.mayBeSaid(a.snapshot, 10);
        pace.mayBeSaid(b.snapshot, 20);

        List<String> first = new ArrayList<>();
        pace.sayDue(1_000, 1, account -> say(account, first, 1_000));

        assertThat(first).containsExactly("a");
        assertThat(due(1_000)).containsExactly("b");
    }

    @Test
    void givenClockThatJumpsBack_whenChangesCome_thenTheyAreDelayedByOneIntervalAtMost() {
        pace.said(a.snapshot, 1_000_000);

        assertThat(pace.mayBeSaid(a.snapshot, 500)).isFalse();
        assertThat(due(600)).containsExactly("a");
    }

    @Test
    void givenClockThatJumpsBack_whenSomethingIsHeld_thenItIsSaidAtTheNextLook() {
        pace.said(a.snapshot, 1_000_000);
        pace.mayBeSaid(a.snapshot, 1_000_010);

        assertThat(due(500)).containsExactly("a");
    }

    @Test
    void givenInputThatIsReadLate_whenPaced_thenTheIntervalGrowsByHalfOfTheDelay() {
        pace.follow(10_100);
        pace.said(a.snapshot, 0);

        assertThat(pace.mayBeSaid(a.snapshot, 5_099)).isFalse();
        assertThat(due(10_198)).isEmpty();
        assertThat(due(10_199)).containsExactly("a");
        assertThat(pace.mayBeSaid(a.snapshot, 15_299)).isTrue();
    }

    @Test
    void givenDelayWithinTheInterval_whenPaced_thenTheIntervalIsAsConfigured() {
        pace.follow(100);
        pace.said(a.snapshot, 0);

        assertThat(pace.mayBeSaid(a.snapshot, 100)).isTrue();
    }

    @Test
    void givenADelayOfHours_whenPaced_thenAMinuteIsAddedAtMost() {
        pace.follow(7_200_000);
        pace.said(a.snapshot, 0);

        assertThat(pace.mayBeSaid(a.snapshot, 60_099)).isFalse();
        pace.said(a.snapshot, 0);
        assertThat(pace.mayBeSaid(a.snapshot, 60_100)).isTrue();
    }

    @Test
    void givenWhatWasHeldWhileLate_whenTheTaskHasCaughtUp_thenItIsDueByTheConfiguredInterval() {
        pace.follow(60_000);
        pace.said(a.snapshot, 0);
        pace.mayBeSaid(a.snapshot, 10);
        assertThat(due(1_000)).isEmpty();

        pace.follow(0);

        assertThat(due(1_000)).containsExactly("a");
    }

    @Test
    void givenDeadlines_whenTimePasses_thenEachAccountComesOnceAtItsNewestDeadline() {
        Deadlines deadlines = new Deadlines();
        deadlines.set("a", 50);
        deadlines.set("b", 40);
        deadlines.set("c", 30);
        deadlines.set("a", 70);
        deadlines.set("c", Agenda.NO_DEADLINE);

        assertThat(deadlines.pollPassed(39)).isNull();
        assertThat(deadlines.pollPassed(60)).isEqualTo("b");
        assertThat(deadlines.pollPassed(60)).isNull();
        assertThat(deadlines.pollPassed(70)).isEqualTo("a");
        assertThat(deadlines.pollPassed(Long.MAX_VALUE - 1)).isNull();
        assertThat(deadlines.size()).isZero();
    }

    @Test
    void givenDeadlineThatMovesAllTheTime_whenSet_thenTheQueueStaysSmall() {
        Deadlines deadlines = new Deadlines();

        for (int i = 0; i < 100_000; i++) {
            deadlines.set("a", i);
        }

        assertThat(deadlines.queued()).isLessThan(2_000);
        assertThat(deadlines.pollPassed(99_998)).isNull();
        assertThat(deadlines.pollPassed(99_999)).isEqualTo("a");
    }

    private List<String> due(long now) {
        List<String> said = new ArrayList<>();
        pace.sayDue(now, 100, account -> say(account, said, now));
        return said;
    }

    private void say(Account account, List<String> said, long now) {
        said.add(account.id());
        pace.said(account.snapshot, now);
    }
}
