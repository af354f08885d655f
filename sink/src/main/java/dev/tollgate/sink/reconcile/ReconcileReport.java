package dev.tollgate.sink.reconcile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a reconciliation found. After a repair these are the drifts that are left.
 *
 * @param partitions what was compared
 * @param positions records of the journal that are missing, doubled, foreign or changed in the table
 * @param usage what these mean for accounts
 * @param tables where tables and rollups contradict each other
 * @param lost ranges that neither the log nor the table has, and that nothing can bring back
 * @param knownLost ranges that a sink has found lost before; no drift, since nothing can bring them back
 * @param notes what could not be judged, in words
 * @param repair what was done, null without repair
 */
public record ReconcileReport(
        List<Compared> partitions,
        List<PositionDrift> positions,
        List<UsageDrift> usage,
        List<TableDrift> tables,
        List<Lost> lost,
        List<Lost> knownLost,
        List<String> notes,
        @Nullable Repair repair) {

    public ReconcileReport {
        partitions = List.copyOf(partitions);
        positions = List.copyOf(positions);
        usage = List.copyOf(usage);
        tables = List.copyOf(tables);
        lost = List.copyOf(lost);
        knownLost = List.copyOf(knownLost);
        notes = List.copyOf(notes);
    }

    /** Whether journal, table, rollups, totals and positions agree and nothing was lost. */
    public boolean agrees() {
        return positions.isEmpty() && usage.isEmpty() && tables.isEmpty() && lost.isEmpty();
    }

    /**
     * The range of a partition that both sides were asked for.
     *
     * @param from first offset that the log still has, inclusive
     * @param to up to where the sink has written, exclusive
     * @param logRecords records of the log in it, of the account and days asked for
     * @param tableRows rows of the table in it
     */
    public record Compared(int partition, long from, long to, long logRecords, long tableRows) {}

    /**
     * A range of offsets that is in neither.
     *
     * @param from first offset, inclusive
     * @param to last offset, inclusive; offsets between may have been markers of transactions, so that fewer records
     *     were lost
     */
    public record Lost(int partition, long from, long to) {}

    /**
     * A row of one of the shipped checks ({@code tollgate sql query}).
     *
     * @param check name of the query: {@code reconcile_rollups}, {@code reconcile_totals} or
     *     {@code reconcile_positions}
     * @param fields its columns, as text
     */
    public record TableDrift(String check, Map<String, String> fields) {
        public TableDrift {
            fields = new LinkedHashMap<>(fields);
        }
    }

    /**
     * What a repair did.
     *
     * @param deletedOffsets positions whose rows were deleted: doubled, foreign or changed
     * @param insertedRows rows that were read again from the journal
     * @param totals totals that were read again
     * @param rollups rollups that were made anew
     */
    public record Repair(long deletedOffsets, long insertedRows, long totals, List<String> rollups) {
        public Repair {
            rollups = List.copyOf(rollups);
        }
    }
}
