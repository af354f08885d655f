package dev.tollgate.sink.internal.clickhouse;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Ranges of one partition that were found lost, of which later ones may hold earlier ones. */
public final class LostRanges {
    private LostRanges() {}

    /** The same offsets, as ranges that neither touch nor overlap, ascending. */
    public static List<OffsetRange> joined(List<OffsetRange> ranges) {
        List<OffsetRange> joined = new ArrayList<>();
        for (OffsetRange range : ranges.stream()
                .sorted(Comparator.comparingLong(OffsetRange::from))
                .toList()) {
            OffsetRange last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && range.from() <= last.to()) {
                joined.set(joined.size() - 1, new OffsetRange(last.from(), Math.max(last.to(), range.to())));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    /** How many offsets they hold. */
    public static long offsets(List<OffsetRange> ranges) {
        return joined(ranges).stream()
                .mapToLong(range -> range.to() - range.from())
                .sum();
    }

    /** Whether they hold every offset of a range. */
    public static boolean cover(List<OffsetRange> ranges, OffsetRange range) {
        return joined(ranges).stream().anyMatch(known -> known.from() <= range.from() && known.to() >= range.to());
    }
}
