package dev.tollgate.gate.internal.counter;

import dev.tollgate.planmodel.time.FixedWindows;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.planmodel.time.WindowUnit;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Scope;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What threads may see of a window's counter when they count, read and begin the next window at once.
 *
 * <p>What must hold: no more is admitted than the amount, whatever thread begins the window; within a window usage
 * never goes down for a reader while nothing is given back. What may happen: around the end of a window a call counts
 * in the old window, or in the next one, or in both, because the gate's clock is not the one that decides; both is on
 * the side of the limit.
 */
public final class WindowCounterStress {
    private static final long WINDOW_MILLIS = 60_000;
    private static final long LAST_MILLI = WINDOW_MILLIS - 1;
    private static final long HORIZON_MILLIS = 10 * WINDOW_MILLIS;
    private static final LongAdder MERGED = new LongAdder();

    private static final CounterRule ONE = rule(1);
    private static final CounterRule TWO = rule(2);

    private WindowCounterStress() {}

    private static CounterRule rule(long amount) {
        return new CounterRule(
                "limit",
                "requests",
                0,
                Algorithm.FIXED_WINDOW,
                true,
                Scope.ACCOUNT,
                amount,
                FixedWindows.of(WindowLength.of(WindowUnit.MINUTE), WindowCalendar.UTC),
                0,
                0,
                "1m",
                false);
    }

    /** Of the window that begins at 0, for a single gate. */
    private static WindowCounter counter(CounterRule rule) {
        return new WindowCounter(rule, new FleetShare(1), MERGED, 0);
    }

    private static int take(WindowCounter counter, CounterRule rule, long nowMillis) {
        return counter.take(rule, nowMillis, 1, true) ? 1 : 0;
    }

    private static int used(WindowCounter counter, CounterRule rule, long nowMillis) {
        return (int) counter.used(rule, nowMillis);
    }

    /** Two calls want the last unit of a window. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the first has it")
    @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the second has it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "none or both have it")
    @State
    public static class TheLastUnit {
        private final WindowCounter counter = counter(ONE);

        @Actor
        public void one(III_Result result) {
            result.r1 = take(counter, ONE, 0);
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = take(counter, ONE, 0);
        }

        @Arbiter
        public void read(III_Result result) {
            result.r3 = used(counter, ONE, 0);
        }
    }

    /** One counts twice while another reads. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both reads came before")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "a read before, a read between")
    @Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "a read before, a read after")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both reads came between")
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "a read between, a read after")
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "both reads came after")
    @Outcome(expect = Expect.FORBIDDEN, desc = "usage went down, or beyond what was counted")
    @State
    public static class CountAndRead {
        private final WindowCounter counter = counter(TWO);

        @Actor
        public void count() {
            counter.take(TWO, 0, 1, true);
            counter.take(TWO, 0, 1, true);
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = used(counter, TWO, 0);
            result.r2 = used(counter, TWO, 0);
        }
    }

    /** The window is over and was full: two calls begin the next one, which has a single unit. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the first has it")
    @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the second has it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the window began twice, or the old one still counts")
    @State
    public static class TwoBegin {
        private final WindowCounter counter = counter(ONE);

        public TwoBegin() {
            counter.take(ONE, 0, 1, true);
        }

        @Actor
        public void one(III_Result result) {
            result.r1 = take(counter, ONE, WINDOW_MILLIS);
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = take(counter, ONE, WINDOW_MILLIS);
        }

        @Arbiter
        public void read(III_Result result) {
            result.r3 = used(counter, ONE, WINDOW_MILLIS);
        }
    }

    /** A call is counted in the last millisecond of a window while a reader begins the next one. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "the call counts in the window that is over")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "the call counts in the next window, read before it")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the call counts in the next window, read after it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "usage went down, or the call counts twice in one window")
    @State
    public static class CountAndBegin {
        private final WindowCounter counter = counter(TWO);

        @Actor
        public void count() {
            counter.take(TWO, LAST_MILLI, 1, true);
        }

        @Actor
        public void begin(II_Result result) {
            result.r1 = used(counter, TWO, WINDOW_MILLIS);
        }

        @Arbiter
        public void read(II_Result result) {
            result.r2 = used(counter, TWO, WINDOW_MILLIS);
        }
    }

    /**
     * A call goes in flight in the last millisecond while a reader begins the next window, in which it will end and
     * count. A reader that comes between the two words of the counter takes the call for one that has ended; the next
     * snapshot, which the second figure is read after, puts that right.
     */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the call counts in the next window")
    @Outcome(
            id = "0, 1",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "until the next snapshot the call counts in the old window alone")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the call is lost, or counts twice")
    @State
    public static class BeginInFlight {
        private final WindowCounter counter = counter(TWO);

        @Actor
        public void count() {
            counter.take(TWO, LAST_MILLI, 1, false);
        }

        @Actor
        public void begin() {
            counter.used(TWO, WINDOW_MILLIS);
        }

        @Arbiter
        public void read(II_Result result) {
            result.r1 = used(counter, TWO, WINDOW_MILLIS);
            counter.tell(TWO, emptyWindow(), HORIZON_MILLIS);
            result.r2 = used(counter, TWO, WINDOW_MILLIS + 1);
        }
    }

    /** Of the second window, with no usage in it. */
    private static Snapshot emptyWindow() {
        return new Snapshot(
                0, WINDOW_MILLIS, 2 * WINDOW_MILLIS, 0, WINDOW_MILLIS, WINDOW_MILLIS, WINDOW_MILLIS + 1, 0, 0);
    }

    /**
     * A call in flight is given back while another begins the next window, which has a single unit: the other has it,
     * and then it counts, or came before the unit was free.
     */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "given back before the other came")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "given back after the other came")
    @Outcome(expect = Expect.FORBIDDEN, desc = "an admitted call does not count, or a call that is over does")
    @State
    public static class GiveBackAndBegin {
        private final WindowCounter counter = counter(ONE);

        public GiveBackAndBegin() {
            counter.take(ONE, 0, 1, false);
        }

        @Actor
        public void giveBack() {
            counter.giveBack(ONE, LAST_MILLI, 1, false);
        }

        @Actor
        public void begin(II_Result result) {
            result.r1 = take(counter, ONE, WINDOW_MILLIS);
        }

        @Arbiter
        public void read(II_Result result) {
            result.r2 = used(counter, ONE, WINDOW_MILLIS);
        }
    }
}
