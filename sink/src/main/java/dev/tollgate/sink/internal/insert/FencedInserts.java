package dev.tollgate.sink.internal.insert;

import dev.tollgate.sink.SinkConfig;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.InsertListener;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.StoredRows;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.status.SinkException;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inserts of one batch on their way into ClickHouse: each row exactly once, whatever is lost on the way. <b>The
 * token is a fence, the table is the truth.</b>
 *
 * <h2>Why a token alone is not exact</h2>
 *
 * <p>ClickHouse writes the deduplication token of an insert to its log, then renames the new part to its place. Killed
 * between the two, or if the rename fails (a full disk is enough), the token stays without rows: the repeat is
 * acknowledged and stores nothing. After a power loss it may be the other way round: the rows stay and the token is
 * lost, so a plain repeat doubles them. Nor is it enough to look whether the rows stand and to insert them where they
 * do not: an earlier attempt may still be in a socket of a server that was paused, and land afterwards.
 *
 * <h2>What the protocol stands on</h2>
 *
 * <ol>
 *   <li>A part appears whole or not at all, by one rename. An insert is one block of one partition, so it is one part;
 *       the rollups are projections inside it.
 *   <li>Taking a token, renaming and committing happen under one lock of the table. So once an insert under token T was
 *       <i>answered without error</i>, the outcome of T is settled: nothing sent under T, before or later, can add
 *       rows. This is what an insert under an old token is for: not to store, but to fence off an attempt that may
 *       still be on its way.
 *   <li>A read waits for that lock too, so a read after the answer sees the outcome.
 * </ol>
 *
 * <h2>The protocol, for each insert</h2>
 *
 * <pre>
 * first attempt of a batch that this member sealed itself:
 *       insert under T.0; answered without error: done
 * otherwise (an error, no answer, an intent that another member left), with k = 0:
 *    1  read back: all rows stand: done; none: 2; some: stop, naming them
 *    2  insert under T.k; an error or no answer, here or for another insert of the batch: 1
 *    3  read back: all rows stand: done; none: k = k + 1, then 2; some: stop
 * </pre>
 *
 * <p>Step 1 makes a lost deduplication log harmless, step 2 fences off late attempts, step 3 finds tokens without rows.
 * Two members that both believe they own the partition walk the same T.0, T.1, ..., and a member leaves T.k only when
 * T.k is settled and empty: at most one T.k ever has rows. There is no last k: a disk that stays full takes one token
 * per two attempts, and waiting costs only time.
 *
 * <p>It holds on one ClickHouse server for as long as that server remembers the tokens of attempts that may still
 * arrive; see {@link SinkConfig#from}. An insert into a table whose newest version holds needs nothing of this: it
 * carries no token and is repeated until it is answered.
 *
 * <p>Not thread-safe.
 */
public final class FencedInserts {
    private static final Logger log = LoggerFactory.getLogger(FencedInserts.class);

    private final RowSource source;
    private final List<Walk> walks;
    private final InsertListener listener;

    /**
     * @param inserts of one batch and one table, each of another month
     * @param mayBeStored whether somebody may have tried to insert them before
     */
    public FencedInserts(RowSource source, List<TableInsert> inserts, boolean mayBeStored, InsertListener listener) {
        this.source = source;
        this.listener = listener;
        this.walks = inserts.stream()
                .map(insert -> new Walk(
                        insert, mayBeStored && insert.mapping().additive() ? Outcome.UNKNOWN : Outcome.UNTRIED))
                .toList();
        if (mayBeStored) {
            walks.forEach(walk -> listener.unclear());
        }
    }

    /** What is known of one insert. */
    private enum Outcome {
        /** Nobody has sent it. */
        UNTRIED,
        /** It may have been sent and may stand. */
        UNKNOWN,
        /** It did not stand at the last look, but may still be on its way under the current token. */
        ABSENT,
        /** The current token is settled: whether with or without rows is to be read back. */
        SETTLED,
        /** It stands. */
        STORED
    }

    /** Whether every row of the batch stands. */
    public boolean isDone() {
        return walks.stream().allMatch(walk -> walk.outcome == Outcome.STORED);
    }

    /** Rows of all inserts. */
    public long rowCount() {
        return walks.stream().mapToLong(walk -> walk.insert.rowCount()).sum();
    }

    /** Highest offset that a row comes from + 1; 0 for none. */
    public long storedEnd() {
        return walks.stream()
                .filter(walk -> walk.insert.rowCount() > 0)
                .mapToLong(walk -> walk.insert.expected().lastOffset() + 1)
                .max()
                .orElse(0);
    }

    /** Whether the next {@link #step} inserts, rather than reads back. */
    public boolean isInsertNext() {
        return !isAny(Outcome.UNKNOWN) && next() != null;
    }

    /**
     * Does one thing: one insert, or one read-back of all that is unclear. To be called until {@link #isDone}, at any
     * distance.
     *
     * @param nanoTime clock by which inserts are timed
     * @throws UnavailableException if ClickHouse does not answer; the next step goes on from here
     * @throws SinkException if rows stand partly, or if ClickHouse rejects what a row holds
     */
    public void step(ClickHouseWriter writer, LongSupplier nanoTime) throws UnavailableException {
        Walk walk = isAny(Outcome.UNKNOWN) ? null : next();
        if (walk == null) {
            readBack(writer);
        } else {
            insert(writer, walk, nanoTime);
        }
    }

    /**
     * Takes no earlier look for true any more: ClickHouse may have been started anew, and with a power loss it forgets
     * tokens whose rows stand. To be called when time has passed between two steps.
     */
    public void lookAgain() {
        for (Walk walk : walks) {
            if (walk.outcome == Outcome.ABSENT) {
                walk.outcome = Outcome.UNKNOWN;
            }
        }
    }

    private void insert(ClickHouseWriter writer, Walk walk, LongSupplier nanoTime) throws UnavailableException {
        boolean first = walk.outcome == Outcome.UNTRIED;
        boolean additive = walk.insert.mapping().additive();
        // Said before it is sent: whatever ends this attempt other than an answer leaves its outcome unknown.
        walk.outcome = additive ? Outcome.UNKNOWN : Outcome.UNTRIED;
        long startedAt = nanoTime.getAsLong();
        try {
            writer.insert(walk.insert, additive ? walk.insert.token(walk.fence) : null);
        } catch (UnavailableException e) {
            if (first) {
                listener.unclear();
            }
            lookAgain();
            throw e;
        } catch (RejectedInsertException e) {
            rejected(walk, e);
            return;
        }
        if (first || !additive) {
            walk.stored();
            listener.inserted(walk.insert, nanoTime.getAsLong() - startedAt);
        } else {
            walk.outcome = Outcome.SETTLED;
        }
    }

    /** A connection that is cut within the rows can look like a bad row, so one rejection is not believed. */
    private void rejected(Walk walk, RejectedInsertException e) {
        if (walk.rejected) {
            throw new SinkException(rejection(walk.insert, e), e);
        }
        walk.rejected = true;
        listener.unclear();
        log.warn(
                "rejected once, trying again: table={} source={} reason={}",
                walk.insert.table(),
                source,
                e.getMessage());
    }

    private String rejection(TableInsert insert, RejectedInsertException e) {
        String where = e.row() >= 1 && e.row() <= insert.rowCount()
                ? source.partition() + "@" + insert.offsets()[e.row() - 1]
                : source.toString();
        return "ClickHouse rejects the record at " + where + " for table " + insert.table() + " and it is not skipped: "
                + e.getMessage();
    }

    private void readBack(ClickHouseWriter writer) throws UnavailableException {
        List<Walk> unclear = walks.stream()
                .filter(walk -> walk.outcome == Outcome.UNKNOWN || walk.outcome == Outcome.SETTLED)
                .toList();
        int firstMonth =
                unclear.stream().mapToInt(walk -> walk.insert.month()).min().orElseThrow();
        int lastMonth =
                unclear.stream().mapToInt(walk -> walk.insert.month()).max().orElseThrow();
        Map<Integer, StoredRows> stored =
                writer.storedRows(unclear.getFirst().insert.mapping(), source, firstMonth, lastMonth);
        listener.readBack();
        int highestFence = 0;
        for (Walk walk : unclear) {
            StoredRows found = stored.getOrDefault(walk.insert.month(), StoredRows.NONE);
            if (found.equals(walk.insert.expected())) {
                walk.stored();
                listener.stored(walk.insert);
            } else if (!found.isNone()) {
                throw new SinkException(partly(walk.insert, found));
            } else {
                if (walk.outcome == Outcome.SETTLED) {
                    log.warn(
                            "a token without rows, going on under the next: table={} source={} month={} token={}",
                            walk.insert.table(),
                            source,
                            walk.insert.month(),
                            walk.insert.token(walk.fence));
                    listener.fenced();
                    walk.fence++;
                    highestFence = Math.max(highestFence, walk.fence);
                }
                walk.outcome = Outcome.ABSENT;
            }
        }
        if (highestFence > 1) {
            throw new UnavailableException(
                    UnavailableException.Part.CLICKHOUSE,
                    "ClickHouse answers that it has stored rows of " + source + " in "
                            + unclear.getFirst().insert.table()
                            + ", but none stand. Its disk may be full, or this user may not see the rows that it"
                            + " writes");
        }
    }

    private String partly(TableInsert insert, StoredRows found) {
        TableMapping<?> mapping = insert.mapping();
        return """
            rows of the range stand partly: table %s holds %s of %s in month %d, expected are %s. A part was lost or \
            damaged, rows were deleted or written by another hand, or the topic has lost records of the range. Nothing \
            more is written. To have the range written anew, delete what stands of it and start the sink again: \
            ALTER TABLE %s DELETE WHERE record_topic_id = '%s' AND record_partition = %d AND record_offset >= %d AND \
            record_offset < %d AND %s SETTINGS mutations_sync = 2\
            """.formatted(
                        insert.table(),
                        found,
                        source,
                        insert.month(),
                        insert.expected(),
                        insert.table(),
                        source.topicId(),
                        source.partition().partition(),
                        source.range().from(),
                        source.range().to(),
                        mapping.monthExpression() + " = " + insert.month());
    }

    private boolean isAny(Outcome outcome) {
        return walks.stream().anyMatch(walk -> walk.outcome == outcome);
    }

    private @Nullable Walk next() {
        return walks.stream()
                .filter(walk -> walk.outcome == Outcome.UNTRIED || walk.outcome == Outcome.ABSENT)
                .findFirst()
                .orElse(null);
    }

    /** One insert on its way along its tokens. */
    private static final class Walk {
        private final TableInsert insert;
        private Outcome outcome;
        private int fence;
        private boolean rejected;

        Walk(TableInsert insert, Outcome outcome) {
            this.insert = insert;
            this.outcome = outcome;
        }

        void stored() {
            outcome = Outcome.STORED;
        }
    }
}
