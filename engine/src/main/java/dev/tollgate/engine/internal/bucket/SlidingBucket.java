package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Algorithm.SlidingWindow;
import dev.tollgate.planmodel.Amount;
import java.util.Arrays;

/** Usage of the last window length, in equal parts of it. A part goes as a whole. */
public final class SlidingBucket extends RollingBucket {
    private static final int PARTS = SlidingWindow.SUB_BUCKETS;

    private final long partMillis;

    /** Usage by part: the part number modulo {@link #PARTS} is the place. */
    private final long[] usage = new long[PARTS];

    /** Number of the newest part: its start divided by its length. */
    private long newestPart;

    private long sum;

    public SlidingBucket(BucketGroup group, String scopeKey, Amount amount, long asOfMillis) {
        super(group, scopeKey, amount, asOfMillis);
        this.partMillis = partMillis(group.algorithm);
        this.newestPart = Math.floorDiv(asOfMillis, partMillis);
    }

    /** Stream time from which on an event does not count any more. */
    static long goneAt(SlidingWindow window, long timeMillis) {
        long part = window.lengthMillis() / PARTS;
        return (Math.floorDiv(timeMillis, part) + PARTS) * part;
    }

    /** Whether an event does not count any more. */
    public static boolean isGone(SlidingWindow window, long timeMillis, long streamTimeMillis) {
        // Most events are new, and need no division to see it: an event counts for 59 parts of the window at least.
        return timeMillis + window.lengthMillis() - window.lengthMillis() / PARTS < streamTimeMillis
                && goneAt(window, timeMillis) <= streamTimeMillis;
    }

    /** Number of the part that a moment is in. */
    private long partOf(long timeMillis) {
        long sinceNewest = timeMillis - newestPart * partMillis;
        return 0 <= sinceNewest && sinceNewest < partMillis ? newestPart : Math.floorDiv(timeMillis, partMillis);
    }

    @Override
    public long level(long atMillis) {
        long part = partOf(atMillis);
        if (part <= newestPart) {
            return sum;
        }
        long left = sum;
        for (long gone = newestPart - PARTS + 1; gone <= part - PARTS && gone <= newestPart; gone++) {
            left -= usage[place(gone)];
        }
        return left;
    }

    @Override
    public long used(long atMillis) {
        return level(atMillis);
    }

    @Override
    public long windowStart() {
        return (newestPart - PARTS + 1) * partMillis;
    }

    @Override
    public long windowEnd() {
        return closesAt();
    }

    @Override
    public long closesAt() {
        return fallsBelow(1);
    }

    @Override
    long fallsBelow(long below) {
        long left = sum;
        if (left < below) {
            return asOfMillis;
        }
        for (long part = newestPart - PARTS + 1; part <= newestPart; part++) {
            left -= usage[place(part)];
            if (left < below) {
                return (part + PARTS) * partMillis;
            }
        }
        return Long.MAX_VALUE;
    }

    @Override
    void settle(long timeMillis) {
        if (timeMillis <= asOfMillis) {
            return;
        }
        asOfMillis = timeMillis;
        long part = partOf(timeMillis);
        if (part - newestPart >= PARTS) {
            Arrays.fill(usage, 0);
            sum = 0;
            newestPart = part;
        }
        while (newestPart < part) {
            newestPart++;
            sum -= usage[place(newestPart)];
            usage[place(newestPart)] = 0;
        }
    }

    @Override
    public void add(long timeMillis, long cost, long streamTimeMillis) {
        settle(streamTimeMillis);
        sum = Math.addExact(sum, cost);
        usage[place(partOf(timeMillis))] += cost;
    }

    @Override
    public void takeBack(long timeMillis, long cost, long streamTimeMillis) {
        settle(streamTimeMillis);
        long part = partOf(timeMillis);
        if (part > newestPart - PARTS) {
            // A plan change may have left less of it.
            long left = Math.min(cost, usage[place(part)]);
            usage[place(part)] -= left;
            sum -= left;
        }
    }

    @Override
    public void carry(Amount from, Amount to, boolean reset, long streamTimeMillis) {
        settle(streamTimeMillis);
        long before = 0;
        long after = 0;
        for (long part = newestPart - PARTS + 1; part <= newestPart; part++) {
            before += usage[place(part)];
            long scaled = reset ? 0 : Amount.scale(before, from, to);
            usage[place(part)] = scaled - after;
            after = scaled;
        }
        sum = after;
    }

    private static int place(long part) {
        return (int) Math.floorMod(part, (long) PARTS);
    }

    private static long partMillis(Algorithm algorithm) {
        return ((SlidingWindow) algorithm).lengthMillis() / PARTS;
    }

    @Override
    void encodeUsage(ByteWriter writer, long streamTimeMillis) {
        writer.writeVarLong(amount.units());
        writer.writeSignedVarLong(streamTimeMillis - asOfMillis);
        long parts = 0;
        for (int age = 0; age < PARTS; age++) {
            parts |= usage[place(newestPart - age)] > 0 ? 1L << age : 0;
        }
        // A bit for each part that has usage, the newest lowest, and then the usage of those.
        writer.writeVarLong(parts);
        for (int age = 0; age < PARTS; age++) {
            long units = usage[place(newestPart - age)];
            if (units > 0) {
                writer.writeVarLong(units);
            }
        }
    }

    static SlidingBucket decodeUsage(
            BucketGroup group, String scopeKey, ByteReader reader, long streamTimeMillis, int encoding) {
        Amount amount = new Amount(reader.readVarLong());
        SlidingBucket bucket =
                new SlidingBucket(group, scopeKey, amount, streamTimeMillis - reader.readSignedVarLong());
        if (encoding < BucketGroup.ENCODING_2) {
            int used = reader.readCount();
            for (int i = 0; i < used; i++) {
                int age = reader.readByte();
                bucket.put(age, reader.readVarLong());
            }
        } else {
            long parts = reader.readVarLong();
            for (int age = 0; age < PARTS; age++) {
                if ((parts & 1L << age) != 0) {
                    bucket.put(age, reader.readVarLong());
                }
            }
        }
        return bucket;
    }

    private void put(int age, long units) {
        usage[place(newestPart - age)] = units;
        sum += units;
    }
}
