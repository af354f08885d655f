package dev.tollgate.engine;

/**
 * The total of one fixed window.
 *
 * <p>A plan change that resets or scales usage cuts a window in two; the second part may begin with usage that is
 * {@code carried} over from the first. What is carried counts for the judgement and not for the reported total, so that
 * totals still add up to the journal.
 */
final class FixedBucket extends Bucket {
    final long startMillis;
    long endMillis;
    final long graceMillis;
    long counted;
    long carried;

    FixedBucket(BucketGroup group, String scopeKey, long startMillis, long endMillis, long graceMillis) {
        super(group, scopeKey);
        this.startMillis = startMillis;
        this.endMillis = endMillis;
        this.graceMillis = graceMillis;
    }

    @Override
    boolean covers(long timeMillis) {
        return startMillis <= timeMillis && timeMillis < endMillis;
    }

    @Override
    long level(long atMillis) {
        return counted + carried;
    }

    @Override
    long used(long atMillis) {
        return counted + carried;
    }

    @Override
    long windowStart() {
        return startMillis;
    }

    @Override
    long windowEnd() {
        return endMillis;
    }

    @Override
    long identity() {
        return startMillis;
    }

    @Override
    boolean isRunning(long judgementTimeMillis) {
        return endMillis > judgementTimeMillis;
    }

    @Override
    void adopt(Rule rule, long streamTimeMillis, long judgementTimeMillis) {
        // What was counted stays what it is.
    }

    @Override
    boolean rearmsByTime() {
        return false;
    }

    @Override
    long closesAt() {
        return endMillis + graceMillis;
    }

    @Override
    void add(long timeMillis, long cost, long streamTimeMillis) {
        counted = Math.addExact(counted, cost);
    }

    @Override
    void takeBack(long timeMillis, long cost, long streamTimeMillis) {
        if (cost > counted) {
            throw new IllegalStateException("cannot take " + cost + " back from " + counted + " of limit "
                    + group.limitId + ", scope key '" + scopeKey + "', window " + startMillis);
        }
        counted -= cost;
    }

    @Override
    long overAt(Alert alert) {
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
