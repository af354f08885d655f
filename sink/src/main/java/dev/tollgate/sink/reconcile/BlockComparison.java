package dev.tollgate.sink.reconcile;

import dev.tollgate.sink.reconcile.PositionDrift.Kind;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The records of some blocks on both sides, offset by offset.
 *
 * @param positions drifts in the order of the offsets; neighbours of one kind are one drift
 * @param usage what they mean, ordered by account, day, verdict and meter; without those that cancel out
 * @param wrong offsets whose rows must go: doubled, foreign or changed
 * @param lacking offsets whose rows must come once the wrong ones are gone: missing, doubled or changed
 */
record BlockComparison(
        List<PositionDrift> positions, List<UsageDrift> usage, TreeSet<Long> wrong, TreeSet<Long> lacking) {

    BlockComparison {
        positions = List.copyOf(positions);
        usage = List.copyOf(usage);
    }

    /** Whether both sides agree. */
    boolean agrees() {
        return positions.isEmpty();
    }

    /**
     * Compares.
     *
     * @param log all records of the blocks, each offset once
     * @param table all rows of the blocks
     */
    static BlockComparison of(int partition, List<JournalRecord> log, List<JournalRecord> table) {
        TreeMap<Long, Sides> byOffset = new TreeMap<>();
        log.forEach(record -> side(byOffset, record).log.add(record));
        table.forEach(record -> side(byOffset, record).table.add(record));
        List<PositionDrift> positions = new ArrayList<>();
        TreeSet<Long> wrong = new TreeSet<>();
        TreeSet<Long> lacking = new TreeSet<>();
        Map<Cell, Difference> cells = new TreeMap<>();
        Run run = new Run(partition, positions);
        byOffset.forEach((offset, sides) -> {
            Kind kind = sides.kind();
            run.next(offset, kind, Math.max(1, sides.log.isEmpty() ? sides.table.size() : sides.log.size()));
            if (kind != null) {
                if (!sides.table.isEmpty()) {
                    wrong.add(offset);
                }
                if (!sides.log.isEmpty()) {
                    lacking.add(offset);
                }
                sides.log.forEach(record -> add(cells, record, true));
                sides.table.forEach(record -> add(cells, record, false));
            }
        });
        run.end();
        List<UsageDrift> usage = new ArrayList<>();
        cells.forEach((cell, difference) -> {
            if (difference.log != difference.table) {
                usage.add(new UsageDrift(
                        partition,
                        cell.accountId,
                        cell.day,
                        cell.verdict,
                        cell.meterId,
                        difference.log,
                        difference.table,
                        difference.from,
                        difference.to));
            }
        });
        return new BlockComparison(positions, usage, wrong, lacking);
    }

    private static Sides side(Map<Long, Sides> byOffset, JournalRecord record) {
        return byOffset.computeIfAbsent(record.offset(), offset -> new Sides());
    }

    private static void add(Map<Cell, Difference> cells, JournalRecord record, boolean isLog) {
        add(cells, record, "", 1, isLog);
        record.costs().forEach((meter, cost) -> add(cells, record, meter, cost, isLog));
    }

    private static void add(
            Map<Cell, Difference> cells, JournalRecord record, String meter, long amount, boolean isLog) {
        cells.computeIfAbsent(
                        new Cell(record.accountId(), record.day(), record.verdict(), meter), cell -> new Difference())
                .add(record.offset(), amount, isLog);
    }

    /** One offset. */
    private static final class Sides {
        final List<JournalRecord> log = new ArrayList<>(1);
        final List<JournalRecord> table = new ArrayList<>(1);

        @Nullable
        Kind kind() {
            if (log.isEmpty()) {
                return Kind.FOREIGN;
            }
            if (table.isEmpty()) {
                return Kind.MISSING;
            }
            if (table.size() > 1) {
                return Kind.DOUBLED;
            }
            return log.getFirst().equals(table.getFirst()) ? null : Kind.CHANGED;
        }
    }

    /** Joins neighbours of one kind; an offset in order between them parts them. */
    private static final class Run {
        private final int partition;
        private final List<PositionDrift> found;
        private @Nullable Kind kind;
        private long from;
        private long to;
        private long records;

        Run(int partition, List<PositionDrift> found) {
            this.partition = partition;
            this.found = found;
        }

        void next(long offset, @Nullable Kind next, long count) {
            if (next != kind) {
                end();
                kind = next;
                from = offset;
                records = 0;
            }
            to = offset;
            records += count;
        }

        void end() {
            Kind ended = kind;
            if (ended != null) {
                found.add(new PositionDrift(partition, ended, from, to, records));
            }
            kind = null;
        }
    }

    private record Cell(String accountId, LocalDate day, String verdict, String meterId) implements Comparable<Cell> {
        private static final Comparator<Cell> ORDER = Comparator.comparing(Cell::accountId)
                .thenComparing(Cell::day)
                .thenComparing(Cell::verdict)
                .thenComparing(Cell::meterId);

        @Override
        public int compareTo(Cell other) {
            return ORDER.compare(this, other);
        }
    }

    private static final class Difference {
        private long log;
        private long table;
        private long from = Long.MAX_VALUE;
        private long to = Long.MIN_VALUE;

        void add(long offset, long amount, boolean isLog) {
            if (isLog) {
                log = Math.addExact(log, amount);
            } else {
                table = Math.addExact(table, amount);
            }
            from = Math.min(from, offset);
            to = Math.max(to, offset);
        }
    }
}
