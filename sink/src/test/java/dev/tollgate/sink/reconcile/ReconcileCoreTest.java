package dev.tollgate.sink.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.sink.internal.insert.RepairRun;
import dev.tollgate.sink.reconcile.PositionDrift.Kind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Drifts made at random, and each found where it was made. {@code -Dtollgate.seed=N} begins at that seed. */
class ReconcileCoreTest {
    private static final int HISTORIES = Integer.getInteger("tollgate.histories", 300);
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void givenTheSameRecords_whenCompared_thenBothSidesAgreeWhateverTheOrder() {
        Random random = new Random(1);
        List<JournalRecord> log = log(random);
        List<JournalRecord> table = new ArrayList<>(log);
        Collections.shuffle(table, random);

        assertThat(BlockSums.differing(sums(log), sums(table))).isEmpty();
        assertThat(BlockComparison.of(3, log, table).agrees()).isTrue();
    }

    @Test
    void givenRandomDrifts_whenCompared_thenBlocksOffsetsAndUsageAreExact() {
        long first = Long.getLong("tollgate.seed", 1);
        for (long seed = first; seed < first + HISTORIES; seed++) {
            Random random = new Random(seed);
            List<JournalRecord> log = log(random);
            Drifted drifted = drift(random, log);
            String what = "seed " + seed;

            List<Long> blocks = BlockSums.differing(sums(log), sums(drifted.table));
            BlockComparison found = BlockComparison.of(3, log, drifted.table);

            assertThat(blocks).as(what).containsExactlyElementsOf(drifted.blocks());
            assertThat(offsetsOf(found, Kind.MISSING, drifted)).as(what).isEqualTo(drifted.missing);
            assertThat(offsetsOf(found, Kind.DOUBLED, drifted)).as(what).isEqualTo(drifted.doubled);
            assertThat(offsetsOf(found, Kind.FOREIGN, drifted)).as(what).isEqualTo(drifted.foreign);
            assertThat(offsetsOf(found, Kind.CHANGED, drifted)).as(what).isEqualTo(drifted.changed);
            assertThat(usage(found)).as(what).isEqualTo(usage(log, drifted.table));
            assertThat(found.usage()).as(what).allSatisfy(drift -> {
                assertThat(drifted.all()).contains(drift.from(), drift.to());
            });
        }
    }

    @Test
    void givenRandomDrifts_whenTheWrongGoAndTheLackingCome_thenBothSidesAgree() {
        long first = Long.getLong("tollgate.seed", 1);
        for (long seed = first; seed < first + HISTORIES; seed++) {
            Random random = new Random(seed);
            List<JournalRecord> log = log(random);
            List<JournalRecord> table = new ArrayList<>(drift(random, log).table);
            BlockComparison found = BlockComparison.of(3, log, table);

            table.removeIf(row -> found.wrong().contains(row.offset()));
            log.stream()
                    .filter(record -> found.lacking().contains(record.offset()))
                    .forEach(table::add);

            assertThat(BlockComparison.of(3, log, table).positions())
                    .as("seed " + seed)
                    .isEmpty();
        }
    }

    @Test
    void givenARepairCutOffAfterAnyInserts_whenRunsAreWorkedOutAgain_thenTheyAreTheRest() {
        long first = Long.getLong("tollgate.seed", 1);
        for (long seed = first; seed < first + HISTORIES; seed++) {
            Random random = new Random(seed);
            TreeMap<Long, Integer> months = new TreeMap<>();
            log(random).forEach(record -> months.put(record.offset(), month(record)));
            Set<Long> lacking = new TreeSet<>();
            months.keySet().stream().filter(offset -> random.nextInt(3) > 0).forEach(lacking::add);
            List<RepairRun> runs = RepairRun.of(months, lacking);

            assertThat(runs.stream().flatMap(run -> run.offsets().stream()).toList())
                    .as("seed " + seed)
                    .containsExactlyInAnyOrderElementsOf(lacking);
            List<RepairRun> rest = new ArrayList<>(runs);
            Collections.shuffle(rest, random);
            while (!rest.isEmpty()) {
                lacking.removeAll(new HashSet<>(rest.removeLast().offsets()));
                assertThat(RepairRun.of(months, lacking)).as("seed " + seed).containsExactlyInAnyOrderElementsOf(rest);
            }
        }
    }

    @Test
    void givenNeighboursOfOneKind_whenCompared_thenTheyAreOneDriftThatNamesItsRange() {
        List<JournalRecord> log = new ArrayList<>();
        for (long offset : new long[] {10, 11, 13, 14, 20}) {
            log.add(record(offset, "acme", "COUNTED", 5));
        }
        List<JournalRecord> table = List.of(log.get(0), log.get(4), log.get(4));

        BlockComparison found = BlockComparison.of(2, log, table);

        assertThat(found.positions())
                .containsExactly(
                        new PositionDrift(2, Kind.MISSING, 11, 14, 3), new PositionDrift(2, Kind.DOUBLED, 20, 20, 1));
        // Offset 14 is of another day than the others.
        LocalDate day = LocalDate.of(2026, 11, 30);
        LocalDate next = LocalDate.of(2026, 12, 1);
        assertThat(found.usage())
                .containsExactly(
                        new UsageDrift(2, "acme", day, "COUNTED", "", 1, 0, 14, 14),
                        new UsageDrift(2, "acme", day, "COUNTED", "requests", 5, 0, 14, 14),
                        new UsageDrift(2, "acme", next, "COUNTED", "", 3, 2, 11, 20),
                        new UsageDrift(2, "acme", next, "COUNTED", "requests", 15, 10, 11, 20));
    }

    private static List<JournalRecord> log(Random random) {
        List<JournalRecord> log = new ArrayList<>();
        long offset = random.nextInt(30_000);
        int records = 1 + random.nextInt(200);
        for (int i = 0; i < records; i++) {
            // Gaps are markers of transactions; now and then a block is left out.
            offset += 1
                    + (random.nextInt(5) == 0 ? random.nextInt(2) : 0)
                    + (random.nextInt(60) == 0 ? random.nextInt(25_000) : 0);
            log.add(record(
                    offset,
                    "account-" + random.nextInt(3),
                    random.nextInt(4) == 0 ? "LATE" : "COUNTED",
                    random.nextInt(3) * 10L));
        }
        return log;
    }

    private static JournalRecord record(long offset, String account, String verdict, long cost) {
        return new JournalRecord(
                offset,
                account,
                "e-" + offset,
                verdict,
                "",
                "",
                "",
                "/v2/recall",
                "mem",
                1,
                NOON.plusSeconds(offset % 7 * 20_000),
                Map.of("requests", cost));
    }

    private static int month(JournalRecord record) {
        return record.day().getMonthValue();
    }

    private static Drifted drift(Random random, List<JournalRecord> log) {
        Drifted drifted = new Drifted();
        for (JournalRecord record : log) {
            switch (random.nextInt(12)) {
                case 0 -> drifted.missing.add(record.offset());
                case 1 -> {
                    drifted.doubled.add(record.offset());
                    drifted.table.add(record);
                    drifted.table.add(record);
                }
                case 2 -> {
                    drifted.changed.add(record.offset());
                    drifted.table.add(record(record.offset(), record.accountId(), record.verdict(), 7));
                }
                default -> drifted.table.add(record);
            }
        }
        long beyond = log.getLast().offset() + 1 + random.nextInt(20_000);
        if (random.nextBoolean()) {
            drifted.foreign.add(beyond);
            drifted.table.add(record(beyond, "account-0", "COUNTED", 10));
        }
        return drifted;
    }

    private static BlockSums sums(List<JournalRecord> records) {
        BlockSums sums = new BlockSums();
        records.forEach(sums::add);
        return sums;
    }

    /**
     * The offsets within the drifts of a kind that really were drifted so; a range may span offsets that no side has.
     */
    private static Set<Long> offsetsOf(BlockComparison found, Kind kind, Drifted drifted) {
        Set<Long> offsets = new TreeSet<>();
        for (PositionDrift drift : found.positions()) {
            if (drift.kind() == kind) {
                Set<Long> within = new TreeSet<>(drifted.known().subSet(drift.from(), drift.to() + 1));
                assertThat(within).hasSize((int) drift.records());
                offsets.addAll(within);
            }
        }
        return offsets;
    }

    private static Map<String, Long> usage(BlockComparison found) {
        Map<String, Long> differences = new TreeMap<>();
        found.usage()
                .forEach(drift -> differences.put(
                        drift.accountId() + drift.day() + drift.verdict() + drift.meterId(),
                        drift.log() - drift.table()));
        return differences;
    }

    /** The same from all records, without looking at offsets. */
    private static Map<String, Long> usage(List<JournalRecord> log, List<JournalRecord> table) {
        Map<String, Long> differences = new TreeMap<>();
        log.forEach(record -> add(differences, record, 1));
        table.forEach(record -> add(differences, record, -1));
        differences.values().removeIf(difference -> difference == 0);
        return differences;
    }

    private static void add(Map<String, Long> differences, JournalRecord record, long sign) {
        String cell = record.accountId() + LocalDate.ofInstant(record.occurredAt(), ZoneOffset.UTC) + record.verdict();
        differences.merge(cell, sign, Long::sum);
        record.costs().forEach((meter, cost) -> differences.merge(cell + meter, sign * cost, Long::sum));
    }

    private static final class Drifted {
        final List<JournalRecord> table = new ArrayList<>();
        final Set<Long> missing = new TreeSet<>();
        final Set<Long> doubled = new TreeSet<>();
        final Set<Long> foreign = new TreeSet<>();
        final Set<Long> changed = new TreeSet<>();

        NavigableSet<Long> all() {
            TreeSet<Long> all = new TreeSet<>(missing);
            all.addAll(doubled);
            all.addAll(foreign);
            all.addAll(changed);
            return all;
        }

        /** Offsets that a side has. */
        NavigableSet<Long> known() {
            NavigableSet<Long> known = all();
            table.forEach(row -> known.add(row.offset()));
            return known;
        }

        List<Long> blocks() {
            return all().stream().map(RepairRun::blockOf).distinct().toList();
        }
    }
}
