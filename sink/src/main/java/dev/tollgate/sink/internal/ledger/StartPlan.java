package dev.tollgate.sink.internal.ledger;

import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import org.jspecify.annotations.Nullable;

/**
 * Where a partition is read from when it is taken, and how its first batches are written. Decided from what the group
 * has committed, what the log has and what the table has; nothing else.
 *
 * <pre>
 * committed C, the log from B, the table up to T (exclusive), S: up to where rows must stand (at most C)
 *
 * an intent [C, to)              repeat it; what lies before B is lost
 * no C                           begin at B
 * C &lt; B                          begin at B; [max(C, T), B) is lost
 * T &lt; S (table restored, new)    begin at max(T, B), looking at each batch which of its rows stand; [T, B) is lost
 * T &gt; C, no intent               begin at C, looking likewise: the offsets were reset
 * otherwise                      go on at C
 * </pre>
 *
 * <p>Nothing is committed by the decision itself, so that a member that dies before its first batch leaves everything
 * as it was. A batch below C commits a lower offset with {@code verify=}: whoever comes next looks likewise up to
 * there.
 *
 * @param position first offset to read
 * @param replay range that was begun by another member and is repeated as it is; null for none
 * @param replayVerified whether that member looked which of its rows stood
 * @param verifyTo rows below this offset may stand in any part, so that each batch is looked up first; 0 for none
 * @param lost range that neither the log nor the table has; null for none
 */
public record StartPlan(
        long position,
        @Nullable OffsetRange replay,
        boolean replayVerified,
        long verifyTo,
        @Nullable OffsetRange lost) {

    /**
     * Decides.
     *
     * @param ledger what is committed; null for nothing
     * @param begin first offset that the log has
     * @param tableEnd highest offset that stands + 1; 0 for none
     * @param additive whether a row that stands twice counts twice. If not, rows are simply written again
     */
    public static StartPlan of(@Nullable Ledger ledger, long begin, long tableEnd, boolean additive) {
        long committed = ledger == null ? 0 : ledger.offset();
        boolean rowsMissing = ledger != null && tableEnd < ledger.stored();
        OffsetRange intent = ledger == null ? null : ledger.intent();
        long lostFrom = rowsMissing ? tableEnd : Math.max(committed, tableEnd);
        OffsetRange lost = lostFrom < begin ? new OffsetRange(lostFrom, begin) : null;
        if (ledger != null && intent != null && intent.to() > begin) {
            // Rows that are missing below it are found once it is done: the number of rows does not add up then.
            OffsetRange replay = new OffsetRange(Math.max(intent.from(), begin), intent.to());
            boolean verified = ledger.verifyTo() > 0;
            long verifyTo = Math.max(ledger.verifyTo(), additive && tableEnd > intent.to() ? tableEnd : 0);
            return new StartPlan(replay.from(), replay, verified, verifyTo, lost);
        }
        long position = Math.max(begin, rowsMissing ? tableEnd : committed);
        long verifyTo = ledger == null ? 0 : ledger.verifyTo();
        if (ledger != null && rowsMissing) {
            verifyTo = Math.max(verifyTo, ledger.stored());
        }
        verifyTo = Math.max(verifyTo, tableEnd);
        return new StartPlan(position, null, false, additive && verifyTo > position ? verifyTo : 0, lost);
    }
}
