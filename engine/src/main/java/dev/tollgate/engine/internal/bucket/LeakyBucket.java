package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.apply.LeakyReplay;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.contract.Bounds;
import java.math.BigInteger;

/**
 * A bucket that leaks at amount / period. The level is kept as units x period, so it falls by {@code amount} each
 * millisecond and everything is exact.
 *
 * <p>Events out of order. An event that happened while the bucket was never empty since then adds its whole cost: the
 * level has been higher by it ever since. An event that happened before or in an idle time, when the bucket was empty,
 * would have leaked away in that time, as far as it lasted. The last idle time {@code [idleFrom, busyFrom)} is
 * remembered for this. If an event lies before it, idle times that are longer ago are taken as busy: the level is then
 * too high rather than too low, so the bucket never admits more than amount plus leak.
 *
 * <p>Taking back gives back the part of the cost that would not have leaked away by itself since the event. This too is
 * exact or errs to the high side. It is for buckets that cannot be played through once more ({@link LeakyReplay}).
 *
 * <p>Another amount is another rate from the moment on at which it holds ({@link LeakyReplay} takes care of changes
 * that become known later). How fast idle times before that would have drained an event is not told any more: they are
 * taken as busy. What is taken back is what would be left at the fastest rate that this bucket has had.
 */
public final class LeakyBucket extends RollingBucket {
    public final long periodMillis;
    public final long graceMillis;

    /** Level at {@link #asOfMillis}, in units x period. */
    private long level;

    /** Since when the bucket has not been empty, if it is not. */
    private long busyFromMillis;

    /**
     * Since when it had been empty before that; or since when it is. Where this is not before, nothing is known of idle
     * times.
     */
    private long idleFromMillis;

    /** The most that has ever leaked in a millisecond. */
    private long fastestRate;

    public LeakyBucket(BucketGroup group, String scopeKey, Amount amount, long graceMillis, long asOfMillis) {
        super(group, scopeKey, amount, asOfMillis);
        this.periodMillis = ((Algorithm.LeakyBucket) group.algorithm).periodMillis();
        this.graceMillis = graceMillis;
        this.busyFromMillis = asOfMillis;
        this.idleFromMillis = 0;
        this.fastestRate = amount.units();
    }

    /**
     * What a cost is as a level.
     *
     * @throws ArithmeticException if a level of more than that could not be kept exactly
     */
    public static long levelOf(long cost, long periodMillis, long before) {
        long added = Math.multiplyExact(cost, periodMillis);
        if (added > Bounds.MAX_ADDED_LEVEL || before > Bounds.MAX_ADDED_LEVEL) {
            throw new ArithmeticException(
                    "cost " + cost + " is more than a bucket over " + periodMillis + " ms can hold");
        }
        return added;
    }

    @Override
    public long level(long atMillis) {
        return leaked(level, atMillis - asOfMillis);
    }

    /** The level up to which the content is worked out. */
    public long level() {
        return level;
    }

    @Override
    public long used(long atMillis) {
        return Math.ceilDiv(level(atMillis), periodMillis);
    }

    @Override
    public long windowStart() {
        return asOfMillis;
    }

    @Override
    public long windowEnd() {
        return fallsBelow(1);
    }

    @Override
    public long closesAt() {
        return level == 0 ? idleFromMillis + graceMillis : later(fallsBelow(1), graceMillis);
    }

    @Override
    long fallsBelow(long below) {
        if (level < below) {
            return asOfMillis;
        }
        if (rate() == 0) {
            return Long.MAX_VALUE;
        }
        return later(asOfMillis, Math.ceilDiv(level - (below - 1), rate()));
    }

    @Override
    public void settle(long timeMillis) {
        if (timeMillis <= asOfMillis) {
            return;
        }
        if (level > 0) {
            long emptyAt = fallsBelow(1);
            if (emptyAt <= timeMillis) {
                idleFromMillis = emptyAt;
            }
            level = level(timeMillis);
        }
        asOfMillis = timeMillis;
    }

    @Override
    public void add(long timeMillis, long cost, long streamTimeMillis) {
        settle(streamTimeMillis);
        long added = levelOf(cost, periodMillis, level);
        boolean empty = level == 0;
        long idleUntil = empty ? asOfMillis : busyFromMillis;
        if (!empty && timeMillis >= busyFromMillis) {
            level += added;
            return;
        }
        long leaksFrom = Math.max(timeMillis, idleFromMillis);
        long left = leaked(added, idleUntil - leaksFrom);
        level += left;
        if (left > 0) {
            if (timeMillis >= idleFromMillis) {
                busyFromMillis = timeMillis;
            } else if (idleFromMillis != busyFromMillis) {
                busyFromMillis = 0;
                idleFromMillis = 0;
            }
        } else if (rate() > 0) {
            idleFromMillis = Math.min(idleUntil, later(leaksFrom, Math.ceilDiv(added, rate())));
        }
    }

    @Override
    public void takeBack(long timeMillis, long cost, long streamTimeMillis) {
        settle(streamTimeMillis);
        if (level > 0 && timeMillis >= busyFromMillis) {
            long left = leaked(levelOf(cost, periodMillis, 0), asOfMillis - timeMillis, fastestRate);
            level = Math.max(0, level - left);
            if (level == 0) {
                idleFromMillis = asOfMillis;
            }
        }
    }

    /** The rate changes when the terms do, which may be ahead of stream time. */
    @Override
    public void adopt(Rule rule, long streamTimeMillis, long judgementTimeMillis) {
        changeRate(rule.amount, judgementTimeMillis);
    }

    /** Leaks at another rate from a moment on. */
    public void changeRate(Amount newAmount, long timeMillis) {
        if (!amount.equals(newAmount)) {
            settle(timeMillis);
            amount = newAmount;
            fastestRate = Math.max(fastestRate, rate());
            idleFromMillis = level > 0 ? busyFromMillis : asOfMillis;
            forgetQuiet();
        }
    }

    /** Idle times before a moment are not told any more, because another rate held in them. */
    public void takeAsBusyUntil(long timeMillis) {
        if (timeMillis > idleFromMillis) {
            idleFromMillis = Math.min(timeMillis, level > 0 ? busyFromMillis : asOfMillis);
        }
    }

    /** Whether the bucket is known not to have been empty from a moment on. */
    public boolean isBusySince(long timeMillis) {
        return level > 0 && busyFromMillis <= timeMillis;
    }

    /**
     * Holds this much from the moment on that it is worked out for, like another bucket that has not been empty since.
     */
    public void beginWith(long held, LeakyBucket other) {
        if (held > Bounds.MAX_ADDED_LEVEL) {
            throw new ArithmeticException("level " + held + " is more than a bucket can hold");
        }
        if (held > 0) {
            level = held;
            busyFromMillis = Math.min(other.busyFromMillis, asOfMillis);
            idleFromMillis = busyFromMillis;
        }
    }

    /** Holds what another bucket of the same limit and scope key holds. */
    public void takeOver(LeakyBucket other) {
        amount = other.amount;
        asOfMillis = other.asOfMillis;
        level = other.level;
        busyFromMillis = other.busyFromMillis;
        idleFromMillis = other.idleFromMillis;
        fastestRate = Math.max(fastestRate, other.fastestRate);
        forgetQuiet();
    }

    @Override
    public void carry(Amount from, Amount to, boolean reset, long streamTimeMillis) {
        settle(streamTimeMillis);
        busyFromMillis = asOfMillis;
        idleFromMillis = asOfMillis;
        if (reset) {
            level = 0;
        } else if (!from.isUnlimited() && !to.isUnlimited() && from.units() > 0) {
            // Rounded up to a whole unit of the native level: far less than a unit of the meter.
            level = BigInteger.valueOf(level)
                    .multiply(BigInteger.valueOf(to.units()))
                    .add(BigInteger.valueOf(from.units() - 1))
                    .divide(BigInteger.valueOf(from.units()))
                    .min(BigInteger.valueOf(Bounds.MAX_ADDED_LEVEL))
                    .longValueExact();
        }
    }

    /** What is left of a level after some time. */
    private long leaked(long from, long millis) {
        return leaked(from, millis, rate());
    }

    private static long leaked(long from, long millis, long rate) {
        if (millis <= 0 || rate == 0) {
            return from;
        }
        return Math.ceilDiv(from, rate) <= millis ? 0 : from - rate * millis;
    }

    /** How much leaks in a millisecond. */
    private long rate() {
        return amount.units();
    }

    private static long later(long timeMillis, long millis) {
        return timeMillis > Long.MAX_VALUE - millis ? Long.MAX_VALUE : timeMillis + millis;
    }

    @Override
    void encodeUsage(ByteWriter writer, long streamTimeMillis) {
        writer.writeVarLong(amount.units());
        writer.writeVarLong(graceMillis);
        writer.writeSignedVarLong(streamTimeMillis - asOfMillis);
        writer.writeVarLong(level);
        writer.writeSignedVarLong(asOfMillis - busyFromMillis);
        writer.writeSignedVarLong(asOfMillis - idleFromMillis);
        // It is never less than the rate, so 0 is free to say that it is the same.
        writer.writeVarLong(fastestRate == rate() ? 0 : fastestRate);
    }

    static LeakyBucket decodeUsage(
            BucketGroup group, String scopeKey, ByteReader reader, long streamTimeMillis, int encoding) {
        Amount amount = new Amount(reader.readVarLong());
        long grace = reader.readVarLong();
        LeakyBucket bucket =
                new LeakyBucket(group, scopeKey, amount, grace, streamTimeMillis - reader.readSignedVarLong());
        bucket.level = reader.readVarLong();
        bucket.busyFromMillis = bucket.asOfMillis - reader.readSignedVarLong();
        bucket.idleFromMillis = bucket.asOfMillis - reader.readSignedVarLong();
        long fastest = encoding < BucketGroup.ENCODING_2 ? 0 : reader.readVarLong();
        bucket.fastestRate = fastest == 0 ? bucket.rate() : fastest;
        return bucket;
    }
}
