package dev.tollgate.sink.internal.insert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Records that one insert of a repair brings back: all of one block and one partition of the table, each next to the
 * one before it among the records of that block and month.
 *
 * <p>Runs are as long as they can be, and an insert stands as a whole or not at all. So whoever works out the runs of a
 * block later, after some of them were inserted, finds exactly the rest, with the same first and last offset, and
 * inserts it under the same token: two repairs at a time, or one that died with an insert under way, cannot double a
 * row.
 *
 * @param month as the table is partitioned
 * @param offsets ascending, not empty
 */
public record RepairRun(int month, List<Long> offsets) {
    /** Offsets of a block. Block {@code n} covers {@code [n * BLOCK_OFFSETS, (n + 1) * BLOCK_OFFSETS)}. */
    public static final int BLOCK_OFFSETS = 10_000;

    public RepairRun {
        offsets = List.copyOf(offsets);
    }

    /**
     * The runs of some blocks, in the order of their first offset.
     *
     * @param months the month of each record of the blocks, by offset; records that make no row are left out
     * @param lacking offsets without a row
     */
    public static List<RepairRun> of(TreeMap<Long, Integer> months, Set<Long> lacking) {
        Map<Place, List<Long>> open = new TreeMap<>();
        List<RepairRun> runs = new ArrayList<>();
        for (Map.Entry<Long, Integer> record : months.entrySet()) {
            Place place = new Place(blockOf(record.getKey()), record.getValue());
            if (lacking.contains(record.getKey())) {
                open.computeIfAbsent(place, key -> new ArrayList<>()).add(record.getKey());
            } else {
                List<Long> ended = open.remove(place);
                if (ended != null) {
                    runs.add(new RepairRun(place.month, ended));
                }
            }
        }
        open.forEach((place, offsets) -> runs.add(new RepairRun(place.month, offsets)));
        runs.sort((one, other) -> Long.compare(one.from(), other.from()));
        return runs;
    }

    /** The block that an offset is in. */
    public static long blockOf(long offset) {
        return offset / BLOCK_OFFSETS;
    }

    /** First offset. */
    public long from() {
        return offsets.getFirst();
    }

    /** Last offset, inclusive. */
    public long last() {
        return offsets.getLast();
    }

    private record Place(long block, int month) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return block != other.block ? Long.compare(block, other.block) : Integer.compare(month, other.month);
        }
    }
}
