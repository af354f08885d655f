package dev.tollgate.sink.reconcile;

import dev.tollgate.sink.internal.insert.RepairRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one side holds of a partition, by blocks of {@value RepairRun#BLOCK_OFFSETS} offsets: how many records, and the
 * sum of their {@linkplain JournalRecord#fingerprint fingerprints}. Sums do not depend on the order, so that a table
 * can give them as they come; 50 million records are 5,000 blocks. Not thread-safe.
 */
final class BlockSums {
    private final Map<Long, Sum> sums = new TreeMap<>();

    /** Adds a record. */
    void add(JournalRecord record) {
        add(RepairRun.blockOf(record.offset()), 1, record.fingerprint());
    }

    /** Adds records of a block whose sum somebody else has made; sums wrap around. */
    void add(long block, long records, long fingerprints) {
        sums.merge(block, new Sum(records, fingerprints), Sum::plus);
    }

    /** Records in all blocks. */
    long records() {
        return sums.values().stream().mapToLong(Sum::records).sum();
    }

    /** The blocks in which two sides differ, ascending. */
    static List<Long> differing(BlockSums one, BlockSums other) {
        TreeSet<Long> blocks = new TreeSet<>(one.sums.keySet());
        blocks.addAll(other.sums.keySet());
        List<Long> differing = new ArrayList<>();
        for (Long block : blocks) {
            if (!one.sums.getOrDefault(block, Sum.NONE).equals(other.sums.getOrDefault(block, Sum.NONE))) {
                differing.add(block);
            }
        }
        return differing;
    }

    private record Sum(long records, long fingerprints) {
        static final Sum NONE = new Sum(0, 0);

        Sum plus(Sum other) {
            return new Sum(records + other.records, fingerprints + other.fingerprints);
        }
    }
}
