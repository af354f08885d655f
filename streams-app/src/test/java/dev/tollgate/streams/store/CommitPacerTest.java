package dev.tollgate.streams.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommitPacerTest {
    private static final long INTERVAL = 100;

    private long millis = 1_000;
    private long sent;
    private final CommitPacer pacer = new CommitPacer(INTERVAL, () -> TimeUnit.MILLISECONDS.toNanos(millis));

    @Test
    void givenNothingSent_whenTimePasses_thenNothingIsDue() {
        assertThat(pacer.isDue(0, false)).isFalse();
        send();
        assertThat(pacer.isDue(sent, false)).as("the first one of a task").isTrue();
        commit(5);
        millis += 60_000;
        assertThat(pacer.isDue(sent, false)).isFalse();
    }

    @Test
    void givenTaskThatKeepsUp_whenTheIntervalIsOver_thenACommitIsDueAndNotOneMillisecondEarlier() {
        send();
        commit(5);
        send();
        millis += INTERVAL - 1;
        assertThat(pacer.isDue(sent, false)).isFalse();
        millis++;
        assertThat(pacer.isDue(sent, false)).isTrue();
    }

    @Test
    void givenTaskThatIsBehind_whenTimePasses_thenACommitIsDueOnceASecond() {
        send();
        commit(5);
        send();
        millis += CommitPacer.INTERVAL_MILLIS_BEHIND - 1;
        assertThat(pacer.isDue(sent, true)).isFalse();
        assertThat(pacer.isDue(sent, false)).as("it has caught up").isTrue();
        millis++;
        assertThat(pacer.isDue(sent, true)).isTrue();
    }

    @Test
    void givenCommitsThatTakeLong_whenTimePasses_thenThreeTimesAsLongIsLeftForRecords() {
        send();
        commit(300);
        send();
        millis += 899;
        assertThat(pacer.isDue(sent, false)).isFalse();
        millis++;
        assertThat(pacer.isDue(sent, false)).isTrue();
        commit(2);
        send();
        millis += INTERVAL;
        assertThat(pacer.isDue(sent, false)).as("they are quick again").isTrue();
    }

    @Test
    void givenCommitsThatTakeVeryLong_whenTimePasses_thenTheTransactionEndsWellBeforeItsTimeOut() {
        send();
        commit(60_000);
        send();
        millis += CommitPacer.MOST_MILLIS - 1;
        assertThat(pacer.isDue(sent, true)).isFalse();
        millis++;
        assertThat(pacer.isDue(sent, true)).isTrue();
    }

    @Test
    void givenACommitThatIsNotOver_whenAsked_thenNoneIsDue() {
        send();
        pacer.begins(sent);
        send();
        millis += 60_000;

        assertThat(pacer.isDue(sent, false)).isFalse();
    }

    private void send() {
        sent++;
    }

    private void commit(long tookMillis) {
        pacer.begins(sent);
        millis += tookMillis;
        pacer.called();
    }
}
