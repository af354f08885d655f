package dev.tollgate.sink.internal.insert;

/**
 * How many inserts one partition may make in a stretch of time, so that ClickHouse does not forget a deduplication
 * token while an insert under it may still arrive. Not thread-safe.
 */
public final class InsertBudget {
    private final int limit;
    private final long spanNanos;
    private boolean begun;
    private long spanStartNanos;
    private int before;
    private int now;

    /**
     * @param limit inserts in any stretch of {@code spanNanos}, > 0
     * @param spanNanos > 0
     */
    public InsertBudget(int limit, long spanNanos) {
        if (limit <= 0 || spanNanos <= 0) {
            throw new IllegalArgumentException("limit and span must be positive, were " + limit + " and " + spanNanos);
        }
        this.limit = limit;
        this.spanNanos = spanNanos;
    }

    /** Takes one insert if there is one left; false if it must wait. */
    public boolean tryTake(long nowNanos) {
        long passed = begun ? nowNanos - spanStartNanos : Long.MAX_VALUE;
        if (passed >= spanNanos) {
            // Any stretch of one span lies within this span and the one before.
            before = passed / 2 >= spanNanos ? 0 : now;
            now = 0;
            spanStartNanos = before == 0 ? nowNanos : spanStartNanos + spanNanos;
            begun = true;
        }
        if (before + now >= limit) {
            return false;
        }
        now++;
        return true;
    }
}
