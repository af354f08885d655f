package dev.tollgate.testkit.oracle;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Usage that goes away bit by bit: what a limit without windows holds for an account, project or key. Levels are in
 * units of the meter, of leaky buckets in units x period, so that parts of a unit are whole numbers too. Moments that
 * are asked about are never before the latest one that was told of.
 */
abstract sealed class RecountLevel {
    /** No moment: what does not go away by itself. */
    static final long NEVER = Long.MAX_VALUE;

    /** What is counted how; the amount that holds is {@link #amount}. */
    final OraclePlan.Limit limit;

    /** What holds by stream time of what was reached. */
    final Set<RecountHeld> held = new HashSet<>();

    /** Of that, what the clock has ended, with the moment as of which it did. */
    final Map<RecountHeld, Long> endedAt = new HashMap<>();

    @Nullable
    Long amount;

    private RecountLevel(OraclePlan.Limit limit) {
        this.limit = limit;
        this.amount = limit.amount();
    }

    static RecountLevel of(OraclePlan.Limit limit) {
        return switch (limit.kind()) {
            case LEAKY_BUCKET -> new Leaky(limit);
            case SLIDING_WINDOW -> new Sliding(limit);
            case CONCURRENCY -> new Calls(limit);
            case FIXED_WINDOW -> throw new IllegalArgumentException("limit " + limit.id() + " has windows");
        };
    }

    /** What time has ended does not hold any more. */
    final void lapse(long streamTime) {
        Long whole = amount;
        held.removeIf(each ->
                whole != null && at(streamTime).compareTo(RecountHeld.endsBelow(limit, whole, each.threshold())) < 0);
        endedAt.keySet().retainAll(held);
    }

    /**
     * The clock has come to a moment: what ends by then if nothing else is heard has ended.
     *
     * @param clock where the clock was before; ends of before are told as of then
     */
    final void passClock(long clock, long until, long streamTime) {
        Long whole = amount;
        if (whole != null) {
            for (RecountHeld each : held) {
                long end = firstBelow(RecountHeld.endsBelow(limit, whole, each.threshold()), streamTime);
                if (end <= until) {
                    endedAt.putIfAbsent(each, Math.max(end, clock));
                }
            }
        }
    }

    /** An event adds to the level. */
    abstract void take(String eventId, long timeMillis, long cost, long streamTime);

    /** The level at a moment. */
    abstract BigInteger at(long timeMillis);

    /**
     * Earliest moment, from {@code streamTime} on, at which the level is below a line; {@link #NEVER} if there is none.
     */
    abstract long firstBelow(BigInteger line, long streamTime);

    /** The level in units of the meter, parts of one counted as one. */
    long used(long timeMillis) {
        return at(timeMillis).longValueExact();
    }

    /** Whether nothing is left and nothing can come any more that would have found something. */
    boolean isForgotten(long streamTime) {
        return at(streamTime).signum() == 0;
    }

    /** Another amount holds. */
    void follow(@Nullable Long newAmount, long streamTime) {
        amount = newAmount;
    }

    /** What was before a moment is not told any more: another amount held then. */
    void countOnNothingBefore(long timeMillis, long streamTime) {}

    /** When nothing will be left. */
    final long emptyAt(long streamTime) {
        return firstBelow(BigInteger.ONE, streamTime);
    }

    /**
     * A leaky bucket, by the moment at which it will be empty: {@code drained / amount} milliseconds since the epoch,
     * so that the level is {@code drained - amount x time} while that is positive.
     *
     * <p>Events out of order follow the documented rule. Of the times in which the bucket was empty the latest is
     * remembered. A call after it found water in the bucket that has been there ever since, so all of its cost is still
     * there. A call in it or before it would have drained while the bucket was empty, as far as that time lasted from
     * the call on; earlier idle times are taken as busy, and so are all idle times before another amount came to hold.
     */
    static final class Leaky extends RecountLevel {
        private final long period;
        private final long grace;
        private BigInteger drained = BigInteger.ZERO;
        /** The latest idle time ends where the water came that is in the bucket now; without water it has not ended. */
        private long idleFrom;

        private long idleUntil;
        private boolean empty = true;

        private Leaky(OraclePlan.Limit limit) {
            super(limit);
            this.period = limit.lengthMillis();
            this.grace = limit.graceMillis();
        }

        /** How much drains in a millisecond. Without a bound everything is gone after the first one. */
        private BigInteger rate() {
            return BigInteger.valueOf(amount == null ? Long.MAX_VALUE : amount);
        }

        private BigInteger drainedUntil(long timeMillis) {
            return rate().multiply(BigInteger.valueOf(timeMillis));
        }

        private void passTime(long timeMillis) {
            if (!empty && at(timeMillis).signum() == 0) {
                idleFrom = ceiling(drained, rate());
                empty = true;
            }
        }

        @Override
        void take(String eventId, long timeMillis, long cost, long streamTime) {
            passTime(streamTime);
            BigInteger poured = BigInteger.valueOf(cost).multiply(BigInteger.valueOf(period));
            if (!empty && timeMillis >= idleUntil) {
                drained = drained.add(poured);
                return;
            }
            long until = empty ? streamTime : idleUntil;
            long from = Math.max(timeMillis, idleFrom);
            BigInteger gone = rate().multiply(BigInteger.valueOf(Math.max(0, until - from)));
            if (gone.compareTo(poured) >= 0) {
                if (rate().signum() > 0) {
                    idleFrom = Math.min(until, from + ceiling(poured, rate()));
                }
                return;
            }
            drained = (empty ? drainedUntil(streamTime) : drained).add(poured).subtract(gone);
            empty = false;
            if (timeMillis >= idleFrom) {
                idleUntil = timeMillis;
            } else if (idleFrom != idleUntil) {
                idleFrom = 0;
                idleUntil = 0;
            }
        }

        @Override
        BigInteger at(long timeMillis) {
            return empty
                    ? BigInteger.ZERO
                    : drained.subtract(drainedUntil(timeMillis)).max(BigInteger.ZERO);
        }

        @Override
        long firstBelow(BigInteger line, long streamTime) {
            if (at(streamTime).compareTo(line) < 0) {
                return streamTime;
            }
            return rate().signum() == 0 ? NEVER : ceiling(drained.subtract(line).add(BigInteger.ONE), rate());
        }

        @Override
        long used(long timeMillis) {
            return ceiling(at(timeMillis), BigInteger.valueOf(period));
        }

        @Override
        boolean isForgotten(long streamTime) {
            passTime(streamTime);
            return empty && idleFrom + grace <= streamTime;
        }

        @Override
        void follow(@Nullable Long newAmount, long streamTime) {
            if (Objects.equals(newAmount, amount)) {
                return;
            }
            passTime(streamTime);
            BigInteger level = at(streamTime);
            super.follow(newAmount, streamTime);
            drained = level.add(drainedUntil(streamTime));
            idleFrom = empty ? streamTime : idleUntil;
        }

        @Override
        void countOnNothingBefore(long timeMillis, long streamTime) {
            passTime(streamTime);
            if (timeMillis > idleFrom) {
                idleFrom = Math.min(timeMillis, empty ? streamTime : idleUntil);
            }
        }

        private static long ceiling(BigInteger dividend, BigInteger divisor) {
            BigInteger[] parts = dividend.divideAndRemainder(divisor);
            return parts[0].longValueExact() + (parts[1].signum() > 0 ? 1 : 0);
        }
    }

    /** Usage of the current sixtieth of the length and the fifty-nine before it. */
    static final class Sliding extends RecountLevel {
        private static final int PARTS = 60;

        private final long part;
        private final TreeMap<Long, Long> usage = new TreeMap<>();

        private Sliding(OraclePlan.Limit limit) {
            super(limit);
            this.part = limit.part();
        }

        @Override
        void take(String eventId, long timeMillis, long cost, long streamTime) {
            usage.headMap(streamTime / part - PARTS, true).clear();
            usage.merge(timeMillis / part, cost, Math::addExact);
        }

        @Override
        BigInteger at(long timeMillis) {
            long sum = 0;
            for (long cost : usage.tailMap(timeMillis / part - PARTS, false).values()) {
                sum = Math.addExact(sum, cost);
            }
            return BigInteger.valueOf(sum);
        }

        @Override
        long firstBelow(BigInteger line, long streamTime) {
            if (at(streamTime).compareTo(line) < 0) {
                return streamTime;
            }
            for (long number : usage.tailMap(streamTime / part - PARTS, false).keySet()) {
                long gone = (number + PARTS) * part;
                if (at(gone).compareTo(line) < 0) {
                    return gone;
                }
            }
            return NEVER;
        }
    }

    /** Calls in flight, each until its end or for its lease. */
    static final class Calls extends RecountLevel {
        /** Calls beyond the amount of which no more are told apart. */
        private static final long MOST_EXCESS = 1_000;

        private final long lease;
        private final Map<String, Long> endsAt = new HashMap<>();

        private Calls(OraclePlan.Limit limit) {
            super(limit);
            this.lease = limit.lengthMillis();
        }

        @Override
        void take(String eventId, long timeMillis, long cost, long streamTime) {
            endsAt.values().removeIf(end -> end <= streamTime);
            if (endsAt.size() < (amount == null ? 0 : amount) + MOST_EXCESS) {
                endsAt.put(eventId, timeMillis + lease);
            }
        }

        /** A call has ended. Returns whether it was in flight. */
        boolean end(String eventId, long streamTime) {
            Long end = endsAt.remove(eventId);
            return end != null && end > streamTime;
        }

        @Override
        BigInteger at(long timeMillis) {
            return BigInteger.valueOf(
                    endsAt.values().stream().filter(end -> end > timeMillis).count());
        }

        @Override
        long firstBelow(BigInteger line, long streamTime) {
            if (at(streamTime).compareTo(line) < 0) {
                return streamTime;
            }
            return endsAt.values().stream()
                    .sorted()
                    .filter(end -> end > streamTime && at(end).compareTo(line) < 0)
                    .findFirst()
                    .orElse(NEVER);
        }
    }
}
