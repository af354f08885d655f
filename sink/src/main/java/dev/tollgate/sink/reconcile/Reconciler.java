package dev.tollgate.sink.reconcile;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.ClusterAnswer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.SinkConfig;
import dev.tollgate.sink.internal.application.ApplicationRules;
import dev.tollgate.sink.internal.clickhouse.JdbcClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.LostRanges;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.insert.RepairRun;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.reconcile.ReconcileReport.Compared;
import dev.tollgate.sink.reconcile.ReconcileReport.Lost;
import dev.tollgate.sink.reconcile.ReconcileReport.Repair;
import dev.tollgate.sink.reconcile.ReconcileReport.TableDrift;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sql.AnalystQuery;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Compares the journal's log with its table, the table with its rollups, with the totals and with the positions, and
 * mends what drifted.
 *
 * <p>The log is the truth as far as it reaches: from its first record (14 days) up to the offset that the sink has
 * committed. Both sides are summed by blocks of 10,000 offsets first; only blocks that differ are compared record by
 * record. A block takes a few hundred bytes, and the blocks that are looked at closely are at most
 * {@value #BLOCKS_AT_ONCE} at a time.
 *
 * <p>It runs beside a sink: it reads and mends below the committed offsets, the sink writes above them. See
 * {@link BlockRepair}. Not thread-safe.
 */
public final class Reconciler {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int BLOCKS_AT_ONCE = 20;
    /** Every day that the table can hold. */
    private static final String FIRST_DAY = "1970-01-01";

    private static final String LAST_DAY = "2283-11-11";

    private static final String ROLLUPS = "reconcile_rollups";
    private static final String TOTALS = "reconcile_totals";
    private static final String POSITIONS = "reconcile_positions";

    private final SinkConfig config;
    private final ReconcileOptions options;
    private final ReconcileListener listener;

    private final List<Compared> compared = new ArrayList<>();
    private final List<PositionDrift> positions = new ArrayList<>();
    private final List<UsageDrift> usage = new ArrayList<>();
    private final List<Lost> lost = new ArrayList<>();
    private final List<Lost> knownLost = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param config the sink's: where Kafka, registry and ClickHouse are, and which group writes */
    public Reconciler(SinkConfig config, ReconcileOptions options, ReconcileListener listener) {
        this.config = config;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Compares, and with {@link ReconcileOptions#repair} mends and compares again.
     *
     * @throws SinkException if a record cannot be read or the table is changed by somebody else meanwhile
     * @throws KafkaException if Kafka does not answer
     * @throws SQLException if ClickHouse does not answer or rejects a query
     */
    public ReconcileReport run() throws SQLException {
        String topic = config.topics().name(Topic.USAGE_JOURNAL);
        try (Admin admin = Admin.create(config.adminProperties())) {
            var description =
                    await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
            String topicId =
                    Objects.requireNonNull(description, topic).topicId().toString();
            List<Integer> partitions = options.accountId() == null
                    ? description.partitions().stream()
                            .map(partition -> partition.partition())
                            .toList()
                    : List.of(AccountPartitioner.partition(
                            options.accountId(), description.partitions().size()));
            SchemaRegistryClient registry = new SchemaRegistryClient(config.registry());
            try (JournalLog log = new JournalLog(
                            consumer(),
                            new AvroDeserializer<>(UsageJournalEntry.class, registry),
                            topic,
                            listener,
                            new ApplicationRules(config.ignoredApplications(), config.nextApplication()));
                    JournalTable table = new JournalTable(config.clickHouse(), topicId);
                    JdbcClickHouseWriter writer = new JdbcClickHouseWriter(config.clickHouse())) {
                writer.requireTables();
                TotalsLog totals = new TotalsLog(config, admin, this::consumer, registry, writer, listener);
                Repairs repairs = new Repairs(
                        new BlockRepair(
                                topic,
                                topicId,
                                table,
                                writer,
                                new BatchEncoder<>(
                                        TableMappings.of(Topic.USAGE_JOURNAL, UsageJournalEntry.class),
                                        new AvroDeserializer<>(UsageJournalEntry.class, registry))),
                        totals);
                table.rowsOfOtherTopics()
                        .forEach((id, rows) -> notes.add(rows + " rows were read from an earlier topic " + topic
                                + " (id " + id + ") and are not judged: that log is gone"));
                Map<Integer, Bounds> bounds = bounds(admin, topic, partitions, table);
                Map<Integer, List<OffsetRange>> known = table.lostRanges();
                for (int partition : partitions) {
                    for (OffsetRange range : LostRanges.joined(known.getOrDefault(partition, List.of()))) {
                        knownLost.add(new Lost(partition, range.from(), range.to() - 1));
                    }
                    compare(partition, Objects.requireNonNull(bounds.get(partition)), log, table, repairs);
                }
                List<TableDrift> tables = tables(table, totals);
                if (options.repair() && !tables.isEmpty()) {
                    repairs.mend(tables, table);
                    tables = tables(table, totals);
                }
                return new ReconcileReport(
                        compared,
                        positions,
                        UsageDrift.sum(usage),
                        tables,
                        lost.stream()
                                .filter(range -> !LostRanges.cover(
                                        known.getOrDefault(range.partition(), List.of()),
                                        new OffsetRange(range.from(), range.to() + 1)))
                                .toList(),
                        knownLost,
                        notes,
                        options.repair() ? repairs.done() : null);
            } catch (UnavailableException e) {
                throw new SinkException(e.part() + ": " + e.getMessage(), e);
            }
        }
    }

    // ---------------------------------------------------------------- records

    private void compare(int partition, Bounds bounds, JournalLog log, JournalTable table, Repairs repairs)
            throws SQLException, UnavailableException {
        long below = table.rowsBelow(partition, bounds.begin);
        if (below > 0) {
            notes.add(below + " rows of partition " + partition + " are below offset " + bounds.begin
                    + ", where the log begins, and are not judged record by record");
        }
        long lostFrom = Math.max(bounds.tableEnd, 0);
        if (bounds.begin > lostFrom && bounds.written > lostFrom) {
            lost.add(new Lost(partition, lostFrom, Math.min(bounds.begin, bounds.written) - 1));
        }
        if (bounds.written > 0 && bounds.begin > bounds.written) {
            lost.add(new Lost(partition, bounds.written, bounds.begin - 1));
        }
        long to = Math.min(bounds.written, bounds.end);
        if (to <= bounds.begin) {
            compared.add(new Compared(partition, bounds.begin, bounds.begin, 0, 0));
            return;
        }
        BlockSums logSums = new BlockSums();
        log.read(partition, bounds.begin, to, read -> {
            JournalRecord record = read.reduced();
            if (options.covers(record.day(), record.accountId())) {
                logSums.add(record);
            }
        });
        BlockSums tableSums = table.sums(partition, bounds.begin, to, options);
        compared.add(new Compared(partition, bounds.begin, to, logSums.records(), tableSums.records()));
        for (Span span : spans(BlockSums.differing(logSums, tableSums), bounds.begin, to)) {
            List<JournalLog.Read> records = log.read(partition, span.from, span.to);
            BlockComparison found = compare(partition, span, records, table, options);
            if (options.repair() && !found.agrees()) {
                // A block is mended whole: the runs of its inserts must not depend on what was asked for.
                BlockComparison whole = compare(partition, span, records, table, ReconcileOptions.everything());
                repairs.blocks.repair(partition, records, whole);
                found = compare(partition, span, records, table, options);
            }
            positions.addAll(found.positions());
            usage.addAll(found.usage());
        }
    }

    private static BlockComparison compare(
            int partition, Span span, List<JournalLog.Read> log, JournalTable table, ReconcileOptions options)
            throws SQLException {
        List<JournalRecord> records = log.stream()
                .map(JournalLog.Read::reduced)
                .filter(record -> options.covers(record.day(), record.accountId()))
                .toList();
        return BlockComparison.of(partition, records, table.rows(partition, span.from, span.to, options));
    }

    /** Blocks that follow each other, a bounded number at a time, held to the range that is compared. */
    private static List<Span> spans(List<Long> blocks, long begin, long end) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < blocks.size(); ) {
            int next = i + 1;
            while (next < blocks.size() && next - i < BLOCKS_AT_ONCE && blocks.get(next) == blocks.get(next - 1) + 1) {
                next++;
            }
            spans.add(new Span(
                    Math.max(begin, blocks.get(i) * RepairRun.BLOCK_OFFSETS),
                    Math.min(end, (blocks.get(next - 1) + 1) * RepairRun.BLOCK_OFFSETS)));
            i = next;
        }
        return spans;
    }

    private Map<Integer, Bounds> bounds(Admin admin, String topic, List<Integer> partitions, JournalTable table)
            throws SQLException {
        Map<TopicPartition, OffsetAndMetadata> committed =
                await(admin.listConsumerGroupOffsets(config.groupId()).partitionsToOffsetAndMetadata());
        Map<TopicPartition, OffsetSpec> first = new LinkedHashMap<>();
        Map<TopicPartition, OffsetSpec> last = new LinkedHashMap<>();
        for (int partition : partitions) {
            first.put(new TopicPartition(topic, partition), OffsetSpec.earliest());
            last.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        Map<TopicPartition, ListOffsetsResultInfo> begins =
                await(admin.listOffsets(first).all());
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                await(admin.listOffsets(last).all());
        Map<Integer, Bounds> bounds = new TreeMap<>();
        for (int partition : partitions) {
            TopicPartition key = new TopicPartition(topic, partition);
            OffsetAndMetadata offset = committed.get(key);
            long tableEnd = table.maxOffset(partition) + 1;
            if (offset == null && tableEnd > 0) {
                notes.add("the group " + config.groupId() + " has no offset for " + key
                        + "; it is taken to have written up to " + (tableEnd - 1) + ", as the table has");
            }
            bounds.put(
                    partition,
                    new Bounds(
                            Objects.requireNonNull(begins.get(key)).offset(),
                            Objects.requireNonNull(ends.get(key)).offset(),
                            offset == null ? tableEnd : offset.offset(),
                            tableEnd));
        }
        return bounds;
    }

    /**
     * Where a partition stands.
     *
     * @param begin first offset of the log
     * @param end end of the log, exclusive
     * @param written up to where the sink has written, exclusive
     * @param tableEnd highest offset of the table + 1, 0 for none
     */
    private record Bounds(long begin, long end, long written, long tableEnd) {}

    private record Span(long from, long to) {}

    // ---------------------------------------------------------------- tables

    private List<TableDrift> tables(JournalTable table, TotalsLog totals) throws SQLException {
        List<TableDrift> drifts = new ArrayList<>(ask(ROLLUPS, table));
        Set<TotalsLog.Series> open = new HashSet<>();
        for (TableDrift drift : ask(TOTALS, table)) {
            if ("PLAN_CHANGED".equals(drift.fields().get("verdict"))) {
                // A change of plan that resets or scales explains it.
                continue;
            }
            if (Boolean.parseBoolean(drift.fields().get("closed"))) {
                drifts.add(drift);
            } else {
                open.add(TotalsLog.Series.of(drift));
            }
        }
        // An open window may just be on its way; a total that was published and written is not.
        drifts.addAll(totals.stale(open, options, table.connection()));
        drifts.addAll(ask(POSITIONS, table));
        return drifts;
    }

    /** The rows of a shipped check, of the account that is asked for. */
    private List<TableDrift> ask(String name, JournalTable table) throws SQLException {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of(
                "from_day",
                        options.since() == null ? FIRST_DAY : options.since().toString(),
                "to_day", options.until() == null ? LAST_DAY : options.until().toString(),
                "include_open", "1"));
        AnalystQuery query = AnalystQuery.named(name);
        parameters.keySet().retainAll(query.parameters());
        AnalystQuery.Answer answer =
                query.run(table.connection(), config.clickHouse().database(), parameters);
        List<TableDrift> drifts = new ArrayList<>();
        for (List<@Nullable Object> row : answer.rows()) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                fields.put(answer.columns().get(i), String.valueOf(row.get(i)));
            }
            String account = fields.get("account_id");
            if (options.accountId() == null
                    || account == null
                    || account.isEmpty()
                    || options.accountId().equals(account)) {
                drifts.add(new TableDrift(name, fields));
            }
        }
        return drifts;
    }

    /** What is mended, and how. */
    private static final class Repairs {
        private final BlockRepair blocks;
        private final TotalsLog totals;
        private final Set<String> rollups = new TreeSet<>();
        private long totalsRead;

        Repairs(BlockRepair blocks, TotalsLog totals) {
            this.blocks = blocks;
            this.totals = totals;
        }

        Repair done() {
            return new Repair(blocks.deletedOffsets(), blocks.insertedRows(), totalsRead, List.copyOf(rollups));
        }

        void mend(List<TableDrift> drifts, JournalTable table) throws SQLException, UnavailableException {
            Set<TotalsLog.Series> series = new HashSet<>();
            for (TableDrift drift : drifts) {
                switch (drift.check()) {
                    case ROLLUPS -> rollups.add(String.valueOf(drift.fields().get("projection")));
                    case POSITIONS -> rollups.add("position");
                    default -> series.add(TotalsLog.Series.of(drift));
                }
            }
            for (String rollup : rollups) {
                table.rebuild(rollup);
            }
            totalsRead += totals.writeAgain(series);
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> properties = config.consumerProperties(0);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
        properties.remove(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "tollgate-reconcile");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static <T> T await(KafkaFuture<T> future) {
        return ClusterAnswer.await(future, TIMEOUT);
    }
}
