package dev.tollgate.planmodel;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.time.FixedWindows;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.List;

/** How a limit lets usage grow and go away again. */
public sealed interface Algorithm {
    /** Longest period of a leaky bucket, sliding window or lease: 31 days, in milliseconds. */
    long MAX_PERIOD_MILLIS = 31 * 86_400_000L;

    /** Short lower-case name for people: what the window is called in headers and reports. */
    String label();

    /** Longest time for which usage counts, in milliseconds: decides which of two limits is the longer one. */
    long spanMillis();

    /** Largest finite amount with which usage can be kept exactly. */
    default long maxAmount() {
        return Amount.MAX_UNITS;
    }

    /**
     * Usage counts until the end of a window. Windows of a day and longer follow the calendar of the plan or account,
     * shorter ones are counted from the epoch; see {@link FixedWindows}.
     *
     * @param length of the windows
     */
    record FixedWindow(WindowLength length) implements Algorithm {
        /** Windows of one unit. */
        public FixedWindow(WindowUnit unit) {
            this(WindowLength.of(unit));
        }

        /** Windows of several units. */
        public FixedWindow(int count, WindowUnit unit) {
            this(new WindowLength(count, unit));
        }

        /** Where the windows are in a calendar. */
        public FixedWindows in(WindowCalendar calendar) {
            return FixedWindows.of(length, calendar);
        }

        /** Whether time zone and anchor make a difference. */
        public boolean followsCalendar() {
            return length.unit().followsCalendar();
        }

        @Override
        public String label() {
            return length.label();
        }

        @Override
        public long spanMillis() {
            return length.maxMillis();
        }
    }

    /**
     * A bucket that each call pours its cost into and that leaks at a constant rate of amount / period. It is full when
     * it has no room for one more unit. An idle account may use the whole amount at once.
     *
     * <p>Levels are kept exactly, as units x period: with 100 a minute one unit takes 600 ms to leak, and after 200 ms
     * a third of it is gone.
     *
     * @param periodMillis how long a full bucket takes to drain, 1 to {@link #MAX_PERIOD_MILLIS}
     */
    record LeakyBucket(long periodMillis) implements Algorithm {
        public LeakyBucket {
            requirePeriod("periodMillis", periodMillis);
        }

        @Override
        public String label() {
            return lengthLabel(periodMillis);
        }

        @Override
        public long spanMillis() {
            return periodMillis;
        }

        @Override
        public long maxAmount() {
            return Math.min(Amount.MAX_UNITS, Bounds.MAX_AMOUNT_LEVEL / periodMillis);
        }
    }

    /**
     * Usage counts for a constant time. It is kept in {@value #SUB_BUCKETS} parts, each of which goes as a whole when
     * it is older than the length: the window is the current part and the {@code SUB_BUCKETS - 1} before it.
     *
     * @param lengthMillis length of the window, a multiple of {@value #SUB_BUCKETS}, up to {@link #MAX_PERIOD_MILLIS}
     */
    record SlidingWindow(long lengthMillis) implements Algorithm {
        /** How many parts a window is kept in. */
        public static final int SUB_BUCKETS = 60;

        public SlidingWindow {
            requirePeriod("lengthMillis", lengthMillis);
            if (lengthMillis % SUB_BUCKETS != 0) {
                throw new IllegalArgumentException(
                        "lengthMillis must be a multiple of " + SUB_BUCKETS + ", was " + lengthMillis);
            }
        }

        @Override
        public String label() {
            return lengthLabel(lengthMillis);
        }

        @Override
        public long spanMillis() {
            return lengthMillis;
        }
    }

    /**
     * Calls in flight: each start takes a slot, whatever it costs, and its end gives it back. A start whose end never
     * comes gives its slot back when the lease is over, so that it cannot lock an account.
     *
     * @param leaseMillis how long a call can be in flight, 1 to {@link #MAX_PERIOD_MILLIS}
     */
    record Concurrency(long leaseMillis) implements Algorithm {
        public Concurrency {
            requirePeriod("leaseMillis", leaseMillis);
        }

        @Override
        public String label() {
            return "concurrent";
        }

        @Override
        public long spanMillis() {
            return leaseMillis;
        }
    }

    private static void requirePeriod(String name, long millis) {
        if (millis < 1 || millis > MAX_PERIOD_MILLIS) {
            throw new IllegalArgumentException(name + " must be 1 to " + MAX_PERIOD_MILLIS + ", was " + millis);
        }
    }

    private static String lengthLabel(long millis) {
        for (WindowUnit unit : List.of(WindowUnit.SECOND, WindowUnit.MINUTE, WindowUnit.HOUR, WindowUnit.DAY)) {
            if (unit.maxMillis() == millis) {
                return unit.word();
            }
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
