package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.internal.rule.Rule;

/**
 * The total of one fixed window.
 *
 * <p>A plan change that resets or scales usage cuts a window in two; the second part may begin with usage that is
 * {@code carried} over from the first. What is carried counts for the judgement and not for the reported total, so that
 * totals still add up to the journal.
 */
public final class FixedBucket extends Bucket {
    private final long startMillis;
    private long endMillis;
    private final long graceMillis;
    private long counted;
    private long carried;

    public FixedBucket(BucketGroup group, String scopeKey, long startMillis, long endMillis, long graceMillis) {
        super(group, scopeKey);
        this.startMillis = startMillis;
        this.endMillis = endMillis;
        this.graceMillis = graceMillis;
    }

    /** The total of the events in this window, without what was carried over. */
    public long counted() {
        return counted;
    }

    /** Begins with this usage, instead of what was carried over before. */
    public void carry(long used) {
        carried = used;
    }

    /** A plan change ends the window at a moment, if that lies in it. */
    public void cutAt(long timeMillis) {
        if (startMillis < timeMillis && timeMillis < endMillis) {
            endMillis = timeMillis;
        }
    }

    @Override
    public boolean covers(long timeMillis) {
        return startMillis <= timeMillis && timeMillis < endMillis;
    }

    @Override
    public long level(long atMillis) {
        return counted + carried;
    }

    @Override
    public long used(long atMillis) {
        return counted + carried;
    }

    @Override
    public long windowStart() {
        return startMillis;
    }

    @Override
    public long windowEnd() {
        return endMillis;
    }

    @Override
    public long identity() {
        return startMillis;
    }

    @Override
    public boolean isRunning(long judgementTimeMillis) {
        return endMillis > judgementTimeMillis;
    }

    @Override
    public void adopt(Rule rule, long streamTimeMillis, long judgementTimeMillis) {
        // What was counted stays what it is.
    }

    @Override
    public boolean rearmsByTime() {
        return false;
    }

    @Override
    public long closesAt() {
        return endMillis + graceMillis;
    }

    @Override
    public void add(long timeMillis, long cost, long streamTimeMillis) {
        counted = Math.addExact(counted, cost);
    }

    @Override
    public void takeBack(long timeMillis, long cost, long streamTimeMillis) {
        if (cost > counted) {
            throw new IllegalStateException("cannot take " + cost + " back from " + counted + " of limit "
                    + group.limitId + ", scope key '" + scopeKey + "', window " + startMillis);
        }
        counted -= cost;
    }

    @Override
    public long overAt(Alert alert) {
        return endMillis;
    }

    @Override
    void encodeUsage(ByteWriter writer, long streamTimeMillis) {
        writer.writeSignedVarLong(streamTimeMillis - startMillis);
        writer.writeVarLong(endMillis - startMillis);
        writer.writeVarLong(graceMillis);
        writer.writeVarLong(counted);
        writer.writeVarLong(carried);
    }

    static FixedBucket decodeUsage(BucketGroup group, String scopeKey, ByteReader reader, long streamTimeMillis) {
        long start = streamTimeMillis - reader.readSignedVarLong();
        long end = start + reader.readVarLong();
        FixedBucket bucket = new FixedBucket(group, scopeKey, start, end, reader.readVarLong());
        bucket.counted = reader.readVarLong();
        bucket.carried = reader.readVarLong();
        return bucket;
    }
}
