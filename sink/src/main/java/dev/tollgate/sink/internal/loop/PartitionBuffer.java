package dev.tollgate.sink.internal.loop;

import dev.tollgate.sink.internal.application.ApplicationCheck;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.insert.FencedInserts;
import dev.tollgate.sink.internal.insert.InsertBudget;
import dev.tollgate.sink.internal.ledger.Ledger;
import dev.tollgate.sink.internal.ledger.StartPlan;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sink.status.SinkMetrics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the sink holds of one topic partition: records that wait to be written, and the batch that is being written.
 *
 * <p>A batch goes through: sealed (its range is fixed), intent committed, inserted, done committed. A range is never
 * changed once its intent may have been committed: whoever takes over would repeat the old one. Not thread-safe.
 */
final class PartitionBuffer {
    private final TopicPartition partition;
    private final String topicId;
    private final TableMapping<?> mapping;
    private final BatchLimits limits;
    private final InsertBudget budget;
    private final Deque<ConsumerRecord<byte[], byte[]>> backlog = new ArrayDeque<>();

    private @Nullable ApplicationCheck applications;
    private final @Nullable OffsetAndMetadata committed;
    private @Nullable OffsetRange replay;
    private boolean replayVerified;
    private long verifyTo;
    /** Whether all that the log has was looked up since rows were counted last. */
    private boolean justVerified;

    /** How many rows were missing when they began to be read again; {@link Ledger#UNKNOWN} if nobody had counted. */
    private long missingBefore = Ledger.UNKNOWN;

    /** Whether a row has come back since. */
    private boolean broughtBack;

    private long position;
    private long stored;
    private long rows = Ledger.UNKNOWN;
    private boolean holesChecked;
    private long holesCheckedNanos;
    private long missingRows;
    private long doubledRows;
    private long lostOffsets;
    private boolean replayComplete;
    private boolean startChecked;
    private long backlogBytes;
    private long oldestNanos;
    private long committedOffset;
    private @Nullable Batch batch;

    /**
     * A buffer that is not started yet.
     *
     * @param committed what the group has committed; null for nothing
     */
    static PartitionBuffer of(
            TopicPartition partition,
            String topicId,
            TableMapping<?> mapping,
            BatchLimits limits,
            InsertBudget budget,
            @Nullable OffsetAndMetadata committed) {
        return new PartitionBuffer(partition, topicId, mapping, limits, budget, committed);
    }

    private PartitionBuffer(
            TopicPartition partition,
            String topicId,
            TableMapping<?> mapping,
            BatchLimits limits,
            InsertBudget budget,
            @Nullable OffsetAndMetadata committed) {
        this.committed = committed;
        this.committedOffset = committed == null ? -1 : committed.offset();
        this.partition = partition;
        this.topicId = topicId;
        this.mapping = mapping;
        this.limits = limits;
        this.budget = budget;
    }

    /**
     * Begins as decided.
     *
     * @param ledger what the group has committed; null for nothing
     * @param tableEnd highest offset that stands + 1; 0 for none
     */
    void start(StartPlan plan, @Nullable Ledger ledger, long tableEnd) {
        startChecked = true;
        position = plan.position();
        replay = plan.replay();
        replayVerified = plan.replayVerified();
        verifyTo = plan.verifyTo();
        stored = ledger == null ? tableEnd : Math.max(ledger.stored(), tableEnd);
        rows = ledger == null ? Ledger.UNKNOWN : ledger.rows();
    }

    /**
     * Begins anew at an offset, because rows are missing: what was read and not written is read again.
     *
     * @param end up to where rows may stand, exclusive
     * @throws IllegalStateException if a batch is in the works
     */
    void readAgain(long from, long end, long missing) {
        if (!isSettled()) {
            throw new IllegalStateException("a batch is in the works for " + partition);
        }
        backlog.clear();
        backlogBytes = 0;
        position = from;
        verifyTo = Math.max(end, stored);
        missingBefore = missing;
        broughtBack = false;
    }

    /** Rows that were missing come back. */
    void broughtBack() {
        broughtBack = true;
    }

    /**
     * Whether the rows that are missing are not in the log: all of it was looked up, no row came back, and as many are
     * missing as before. If the number has changed, rows went while the log was read, and may lie where it had been
     * looked up already.
     */
    boolean isBeyondTheLog(long missing) {
        return justVerified && !broughtBack && missing == missingBefore;
    }

    /** Takes records that were read, in the order of their offsets. */
    void add(List<ConsumerRecord<byte[], byte[]>> records, long nowNanos) {
        if (backlog.isEmpty() && !records.isEmpty()) {
            oldestNanos = nowNanos;
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
            backlog.add(record);
            backlogBytes += size(record);
        }
    }

    /**
     * Says how far the partition has been read, markers of transactions included.
     *
     * @param position offset of the next record to read
     */
    void readTo(long position) {
        this.position = position;
        OffsetRange range = replay;
        if (range != null && position >= range.to()) {
            replayComplete = true;
        }
    }

    /**
     * Whether reading on must wait until something is written. A range that is repeated is read whole, whatever its
     * size.
     */
    boolean isFull() {
        return replay == null && (backlog.size() >= limits.maxRows() || backlogBytes >= limits.maxBytes());
    }

    /** Whether a batch is in the works or one should be begun. */
    boolean isDue(long nowNanos) {
        if (batch != null) {
            return true;
        }
        if (replay != null) {
            return replayComplete;
        }
        return isFull()
                || (!backlog.isEmpty()
                        && nowNanos - oldestNanos >= limits.maxDelay().toNanos());
    }

    /** Whether there is something to write now, before its time. A range that is repeated must first be read whole. */
    boolean canBeWritten() {
        return batch != null || (replay == null ? !backlog.isEmpty() : replayComplete);
    }

    /**
     * The batch in the works; fixes the range of a new one if there is none.
     *
     * @throws IllegalStateException unless {@link #canBeWritten}
     * @throws SinkException if the first record is of another accounting application
     */
    Batch seal(long nowNanos) {
        Batch current = batch;
        if (current == null) {
            if (!canBeWritten()) {
                throw new IllegalStateException("nothing of " + partition + " can be written yet");
            }
            current = replay == null ? nextBatch(nowNanos) : repeatedBatch(replay, nowNanos);
            batch = current;
            oldestNanos = nowNanos;
        }
        return current;
    }

    private Batch repeatedBatch(OffsetRange range, long nowNanos) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (!backlog.isEmpty() && backlog.element().offset() < range.to()) {
            requireApplication(backlog.element());
            records.add(take());
        }
        return new Batch(range, records, true, replayVerified, nowNanos);
    }

    private Batch nextBatch(long nowNanos) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long bytes = 0;
        boolean verified = backlog.element().offset() < verifyTo;
        while (!backlog.isEmpty() && records.size() < limits.maxRows()) {
            ConsumerRecord<byte[], byte[]> next = backlog.element();
            if (records.isEmpty()) {
                requireApplication(next);
            } else if (bytes + size(next) > limits.maxBytes()
                    || (verified && next.offset() >= verifyTo)
                    || !isOfTheApplication(next)) {
                break;
            }
            bytes += size(next);
            records.add(take());
        }
        // From the first record rather than from where the last batch ended: only markers lie between.
        return new Batch(
                new OffsetRange(records.getFirst().offset(), records.getLast().offset() + 1),
                records,
                false,
                verified,
                nowNanos);
    }

    private boolean isOfTheApplication(ConsumerRecord<byte[], byte[]> record) {
        ApplicationCheck check = applications;
        return check == null || check.tryAccept(record);
    }

    /** What comes before a record of another application is written; at the record itself the sink stops. */
    private void requireApplication(ConsumerRecord<byte[], byte[]> record) {
        ApplicationCheck check = applications;
        if (check != null && !check.tryAccept(record)) {
            throw check.rejection(record);
        }
    }

    private ConsumerRecord<byte[], byte[]> take() {
        ConsumerRecord<byte[], byte[]> record = backlog.remove();
        backlogBytes -= size(record);
        return record;
    }

    /** The batch is written and its end committed. */
    void done() {
        Batch current = batch;
        if (current == null) {
            throw new IllegalStateException("no batch is in the works for " + partition);
        }
        Ledger after = ledgerAfter(current);
        committedOffset = after.offset();
        stored = after.stored();
        rows = after.rows();
        batch = null;
        replay = null;
        replayComplete = false;
    }

    /** What is to be committed before a batch is inserted. */
    Ledger ledgerBefore(Batch batch) {
        return new Ledger(
                batch.range.from(),
                batch.range.to(),
                batch.verified ? Math.max(verifyTo, batch.range.to()) : 0,
                stored,
                rows);
    }

    /** What is to be committed when a batch is inserted. */
    Ledger ledgerAfter(Batch batch) {
        boolean counted = rows != Ledger.UNKNOWN && !batch.verified;
        return ledgerAt(
                batch.range.to(), Math.max(stored, batch.storedEnd()), counted ? rows + batch.rowCount() : rows);
    }

    /** What is to be committed where nothing waits below an offset. */
    Ledger ledgerAt(long offset) {
        return ledgerAt(offset, stored, rows);
    }

    private Ledger ledgerAt(long offset, long storedEnd, long rowCount) {
        return new Ledger(offset, 0, offset < verifyTo ? verifyTo : 0, storedEnd, rowCount);
    }

    /** Notes that all that was to be looked up is, if it is. */
    void endVerification() {
        if (verifyTo > 0
                && batch == null
                && replay == null
                && position >= verifyTo
                && (backlog.isEmpty() || backlog.element().offset() >= verifyTo)) {
            verifyTo = 0;
            justVerified = true;
            holesChecked = false;
        }
    }

    /** Whether every batch that was begun is done and nothing is to be looked up, so that the table can be counted. */
    boolean isSettled() {
        return startChecked && batch == null && replay == null && verifyTo == 0;
    }

    /** Whether rows have not been counted for so long. */
    boolean isCountDue(long nowNanos, long intervalNanos) {
        return !holesChecked || nowNanos - holesCheckedNanos >= intervalNanos;
    }

    void counted(long nowNanos) {
        holesChecked = true;
        justVerified = false;
        holesCheckedNanos = nowNanos;
    }

    /** Rows that must stand; {@link Ledger#UNKNOWN} before they were counted. */
    long rows() {
        return rows;
    }

    /** Takes what stands for what must stand. */
    void expect(long rowCount, long storedEnd) {
        rows = rowCount;
        stored = storedEnd;
    }

    /** End of the last record that stands. */
    long stored() {
        return stored;
    }

    long verifyTo() {
        return verifyTo;
    }

    /** What the group had committed when the partition was taken; null for nothing. */
    @Nullable
    OffsetAndMetadata committed() {
        return committed;
    }

    /** Reports what is amiss now, and takes back what was reported before. */
    void reportHoles(long missing, long doubled, SinkMetrics metrics) {
        metrics.addHoles(missing - missingRows, doubled - doubledRows, 0);
        missingRows = missing;
        doubledRows = doubled;
    }

    /** Reports what is lost, and takes back what was reported before. */
    void reportLost(long offsets, SinkMetrics metrics) {
        metrics.addHoles(0, 0, offsets - lostOffsets);
        lostOffsets = offsets;
    }

    long lostOffsets() {
        return lostOffsets;
    }

    /** Whether nothing waits, so that the read position may be committed as it is. */
    boolean isIdle() {
        return batch == null && replay == null && backlog.isEmpty();
    }

    void committed(long offset) {
        committedOffset = offset;
    }

    /** Last committed offset, -1 for none. */
    long committedOffset() {
        return committedOffset;
    }

    /** Holds its records to one accounting application from now on. */
    void checkApplications(ApplicationCheck check) {
        applications = check;
    }

    boolean isStartChecked() {
        return startChecked;
    }

    TopicPartition partition() {
        return partition;
    }

    String topicId() {
        return topicId;
    }

    TableMapping<?> mapping() {
        return mapping;
    }

    InsertBudget budget() {
        return budget;
    }

    long backlogBytes() {
        return backlogBytes;
    }

    /** Append time of the oldest record that was read and is not stored, milliseconds since the epoch. */
    OptionalLong oldestAppendedAtMillis() {
        Batch current = batch;
        if (current != null && !current.records().isEmpty()) {
            return OptionalLong.of(current.records().getFirst().timestamp());
        }
        ConsumerRecord<byte[], byte[]> next = backlog.peek();
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.timestamp());
    }

    int backlogRows() {
        return backlog.size();
    }

    private static int size(ConsumerRecord<byte[], byte[]> record) {
        return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }

    /** A fixed range of records on its way into ClickHouse. */
    static final class Batch {
        private final OffsetRange range;
        private final List<ConsumerRecord<byte[], byte[]>> records;
        private final boolean takenOver;
        private final boolean verified;
        private final long sealedNanos;
        private long intentNanos;
        private boolean intended;
        private @Nullable List<FencedInserts> inserts;

        private Batch(
                OffsetRange range,
                List<ConsumerRecord<byte[], byte[]>> records,
                boolean takenOver,
                boolean verified,
                long sealedNanos) {
            this.range = range;
            this.records = List.copyOf(records);
            this.takenOver = takenOver;
            this.verified = verified;
            this.sealedNanos = sealedNanos;
        }

        OffsetRange range() {
            return range;
        }

        List<ConsumerRecord<byte[], byte[]>> records() {
            return records;
        }

        /** Whether the intent was committed, by this member, at most so long ago. */
        boolean isIntended(long nowNanos, long maxAgeNanos) {
            return intended && nowNanos - intentNanos <= maxAgeNanos;
        }

        void intended(long nowNanos) {
            intended = true;
            intentNanos = nowNanos;
        }

        /** Whether another member may have inserted it: its intent was found, not made. */
        boolean isTakenOver() {
            return takenOver;
        }

        /** When its range was fixed. */
        long sealedNanos() {
            return sealedNanos;
        }

        /** Whether its rows may stand in any part, so that each is looked up first. */
        boolean isVerified() {
            return verified;
        }

        /** Its inserts and how far they have got; null before they are encoded. */
        @Nullable
        List<FencedInserts> inserts() {
            return inserts;
        }

        void encoded(List<FencedInserts> encoded) {
            inserts = List.copyOf(encoded);
        }

        boolean isInserted() {
            return inserts != null && inserts.stream().allMatch(FencedInserts::isDone);
        }

        private long rowCount() {
            return inserts == null
                    ? 0
                    : inserts.stream().mapToLong(FencedInserts::rowCount).sum();
        }

        /** End of its last record that makes a row. */
        private long storedEnd() {
            return inserts == null
                    ? 0
                    : inserts.stream().mapToLong(FencedInserts::storedEnd).max().orElse(0);
        }
    }
}
