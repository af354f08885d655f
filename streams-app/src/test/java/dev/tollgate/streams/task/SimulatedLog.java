package dev.tollgate.streams.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a simulated cluster, with transactions as Kafka has them: what a transaction appends stands in the log at
 * once, and its end makes all of it, and the read positions that go with it, count or not count together. Whoever reads
 * committed data stops before the first record of an open transaction.
 */
final class SimulatedLog {
    private enum Fate {
        OPEN,
        COMMITTED,
        ABORTED
    }

    /** One producer's open or ended transaction. */
    static final class Transaction {
        private Fate fate = Fate.OPEN;
        private boolean ofThePast;

        /**
         * What is added from now on comes of older state than the read positions that it goes on from. The transaction
         * must never be committed.
         */
        void comesOfThePast() {
            ofThePast = true;
        }

        /** Whether records can still be added. */
        boolean isOpen() {
            return fate == Fate.OPEN;
        }
    }

    /**
     * A record.
     *
     * @param transaction null if it was appended without one
     * @param decoded the value as it was before it was serialized, of records of the task
     */
    // Arrays are compared by whoever compares.
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(
            TopicPartition place,
            long offset,
            long appendedAtMillis,
            byte @Nullable [] key,
            byte @Nullable [] value,
            @Nullable SpecificRecord decoded,
            @Nullable Transaction transaction) {
        boolean isCommitted() {
            return transaction == null || transaction.fate == Fate.COMMITTED;
        }

        boolean isAborted() {
            return transaction != null && transaction.fate == Fate.ABORTED;
        }

        boolean isOfThePast() {
            return transaction != null && transaction.ofThePast;
        }

        private boolean isUndecided() {
            return transaction != null && transaction.fate == Fate.OPEN;
        }
    }

    private final Map<TopicPartition, List<Entry>> logs = new HashMap<>();
    private final Map<TopicPartition, Long> positions =
            new TreeMap<>((a, b) -> a.topic().equals(b.topic())
                    ? Integer.compare(a.partition(), b.partition())
                    : a.topic().compareTo(b.topic()));

    /** Appends a record; of a transaction that has not ended. */
    Entry append(
            TopicPartition place,
            long nowMillis,
            byte @Nullable [] key,
            byte @Nullable [] value,
            @Nullable SpecificRecord decoded,
            @Nullable Transaction transaction) {
        if (transaction != null && transaction.fate != Fate.OPEN) {
            throw new IllegalStateException("the transaction has ended");
        }
        List<Entry> log = logs.computeIfAbsent(place, _ -> new ArrayList<>());
        Entry entry = new Entry(place, log.size(), nowMillis, key, value, decoded, transaction);
        log.add(entry);
        return entry;
    }

    /** Ends a transaction: its records and these read positions count from now on. */
    void commit(Transaction transaction, Map<TopicPartition, Long> readPositions) {
        if (transaction.fate != Fate.OPEN) {
            throw new IllegalStateException("the transaction has ended");
        }
        if (transaction.ofThePast) {
            throw new AssertionError("what came of older state than its read positions is committed");
        }
        transaction.fate = Fate.COMMITTED;
        positions.putAll(readPositions);
    }

    /** Ends a transaction: none of its records counts. */
    void abort(Transaction transaction) {
        if (transaction.fate == Fate.OPEN) {
            transaction.fate = Fate.ABORTED;
        }
    }

    /** The committed read position of a partition: the offset of the next record. */
    long position(TopicPartition place) {
        return positions.getOrDefault(place, 0L);
    }

    /** Where the next record will stand, whatever its transaction comes to. */
    long end(TopicPartition place) {
        return of(place).size();
    }

    /** A record that everybody can read, or null if there is none at this offset. */
    @Nullable
    Entry at(TopicPartition place, long offset) {
        List<Entry> log = of(place);
        return offset < log.size() ? log.get((int) offset) : null;
    }

    /**
     * Reads committed data.
     *
     * @param most how many records at most, those of aborted transactions included
     * @return the offset to go on from
     */
    long readCommitted(TopicPartition place, long from, int most, Consumer<Entry> reader) {
        List<Entry> log = of(place);
        long offset = from;
        while (offset < log.size() && offset - from < most) {
            Entry entry = log.get((int) offset);
            if (entry.isUndecided()) {
                break;
            }
            if (entry.isCommitted()) {
                reader.accept(entry);
            }
            offset++;
        }
        return offset;
    }

    /** How many records of all partitions are of aborted transactions. */
    long countAborted() {
        return logs.values().stream()
                .flatMap(List::stream)
                .filter(Entry::isAborted)
                .count();
    }

    /** Every record of a partition, whatever became of it. */
    List<Entry> of(TopicPartition place) {
        return logs.getOrDefault(place, List.of());
    }
}
