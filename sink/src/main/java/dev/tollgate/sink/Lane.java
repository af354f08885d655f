package dev.tollgate.sink;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the sink holds of one topic partition: records that wait to be written, and the batch that is being written.
 *
 * <p>A batch goes through: sealed (its range is fixed) → intent committed → inserted → done committed. A range is
 * never changed once its intent may have been committed: whoever takes over would repeat the old one. Not thread-safe.
 */
final class Lane {
    private final TopicPartition partition;
    private final String topicId;
    private final TableMapping<?> mapping;
    private final BatchLimits limits;
    private final InsertBudget budget;
    private final Deque<ConsumerRecord<byte[], byte[]>> backlog = new ArrayDeque<>();

    private @Nullable ApplicationCheck applications;
    private @Nullable OffsetRange replay;
    private boolean replayComplete;
    private boolean startChecked;
    private long backlogBytes;
    private long oldestNanos;
    private long committedOffset;
    private @Nullable Batch batch;

    /** A lane that goes on at an offset; {@code committedOffset} is -1 where the group has none. */
    static Lane at(
            TopicPartition partition,
            String topicId,
            TableMapping<?> mapping,
            BatchLimits limits,
            InsertBudget budget,
            long committedOffset) {
        Lane lane = new Lane(partition, topicId, mapping, limits, budget);
        lane.committedOffset = committedOffset;
        return lane;
    }

    /** A lane that first repeats a range whose outcome is unknown. */
    static Lane replaying(
            TopicPartition partition,
            String topicId,
            TableMapping<?> mapping,
            BatchLimits limits,
            InsertBudget budget,
            OffsetRange range) {
        Lane lane = new Lane(partition, topicId, mapping, limits, budget);
        lane.committedOffset = range.from();
        lane.replay = range;
        return lane;
    }

    private Lane(
            TopicPartition partition,
            String topicId,
            TableMapping<?> mapping,
            BatchLimits limits,
            InsertBudget budget) {
        this.partition = partition;
        this.topicId = topicId;
        this.mapping = mapping;
        this.limits = limits;
        this.budget = budget;
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
        OffsetRange range = replay;
        if (range != null && position >= range.to()) {
            replayComplete = true;
        }
    }

    /** Whether reading on must wait until something is written. A range that is repeated is read whole, whatever its size. */
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
        return new Batch(range, records, true, nowNanos);
    }

    private Batch nextBatch(long nowNanos) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long bytes = 0;
        while (!backlog.isEmpty() && records.size() < limits.maxRows()) {
            ConsumerRecord<byte[], byte[]> next = backlog.element();
            if (records.isEmpty()) {
                requireApplication(next);
            } else if (bytes + size(next) > limits.maxBytes() || !isOfTheApplication(next)) {
                break;
            }
            bytes += size(next);
            records.add(take());
        }
        // From the first record rather than from where the last batch ended: only markers lie between.
        return new Batch(
                new OffsetRange(records.getFirst().offset(), records.getLast().offset() + 1), records, false, nowNanos);
    }

    private boolean isOfTheApplication(ConsumerRecord<byte[], byte[]> record) {
        ApplicationCheck check = applications;
        return check == null || check.tryAccept(record);
    }

    /** What comes before a record of another application is written; at the record itself the sink stops. */
    private void requireApplication(ConsumerRecord<byte[], byte[]> record) {
        ApplicationCheck check = applications;
        if (check != null && !check.tryAccept(record)) {
            throw check.refusal(record);
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
        committedOffset = current.range.to();
        batch = null;
        replay = null;
        replayComplete = false;
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

    /** Whether it begins with a range that another member left; the intent itself shows that the offset is the group's own. */
    boolean isReplaying() {
        return replay != null;
    }

    void startChecked() {
        startChecked = true;
    }

    /** Offset of the first record that waits; only where one does. */
    long firstOffset() {
        Batch current = batch;
        return current == null ? backlog.element().offset() : current.range.from();
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
        private final long sealedNanos;
        private long intentNanos;
        private boolean intended;
        private @Nullable FencedInserts inserts;

        private Batch(
                OffsetRange range, List<ConsumerRecord<byte[], byte[]>> records, boolean takenOver, long sealedNanos) {
            this.range = range;
            this.records = List.copyOf(records);
            this.takenOver = takenOver;
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

        /** Its inserts and how far they have got; null before they are encoded. */
        @Nullable
        FencedInserts inserts() {
            return inserts;
        }

        void encoded(FencedInserts encoded) {
            inserts = encoded;
        }

        boolean isInserted() {
            return inserts != null && inserts.isDone();
        }
    }
}
