package dev.tollgate.sink.reconcile;

import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.SinkConfig;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.reconcile.ReconcileReport.TableDrift;
import dev.tollgate.sink.status.SinkException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The totals of some accounts' limits, in their topic against their table. Versions grow with each change of an
 * account, so that the newest total of a window can be told on either side, and writing one once more changes nothing.
 */
final class TotalsLog {
    /** Of the drifts that {@link #stale} finds. */
    static final String CHECK = "usage_totals";

    private final SinkConfig config;
    private final Admin admin;
    private final Supplier<KafkaConsumer<byte[], byte[]>> consumers;
    private final SchemaRegistryClient registry;
    private final ClickHouseWriter writer;
    private final ReconcileListener listener;
    private final String topic;

    TotalsLog(
            SinkConfig config,
            Admin admin,
            Supplier<KafkaConsumer<byte[], byte[]>> consumers,
            SchemaRegistryClient registry,
            ClickHouseWriter writer,
            ReconcileListener listener) {
        this.config = config;
        this.admin = admin;
        this.consumers = consumers;
        this.registry = registry;
        this.writer = writer;
        this.listener = listener;
        this.topic = config.topics().name(Topic.USAGE_TOTALS);
    }

    /**
     * The windows of one limit of one account, and of one project or key where the limit counts those. A limit of the
     * same id that counts another meter or in other windows is another series.
     */
    record Series(String accountId, String limitId, String scope, String scopeKey, String meterId, String windowUnit) {
        static Series of(TableDrift drift) {
            return new Series(
                    field(drift, "account_id"),
                    field(drift, "limit_id"),
                    field(drift, "scope"),
                    field(drift, "scope_key"),
                    field(drift, "meter_id"),
                    field(drift, "window_unit"));
        }

        static Series of(UsageTotal total) {
            return new Series(
                    total.getAccountId(),
                    total.getLimitId(),
                    total.getScope().name(),
                    total.getScopeKey(),
                    total.getMeterId(),
                    total.getWindow());
        }

        private static String field(TableDrift drift, String name) {
            return Objects.requireNonNull(drift.fields().get(name), name);
        }
    }

    /** Windows whose newest total is in the log, was written by the sink, and does not stand in the table. */
    List<TableDrift> stale(Set<Series> series, ReconcileOptions options, Connection connection) throws SQLException {
        List<TableDrift> drifts = new ArrayList<>();
        if (series.isEmpty()) {
            return drifts;
        }
        Map<TopicPartition, OffsetAndMetadata> committed = Reconciler.await(
                admin.listConsumerGroupOffsets(config.groupId()).partitionsToOffsetAndMetadata());
        Map<Series, TreeMap<Instant, UsageTotal>> newest = new HashMap<>();
        read(series, (record, total) -> {
            OffsetAndMetadata written = committed.get(new TopicPartition(record.topic(), record.partition()));
            LocalDate day = LocalDate.ofInstant(total.getWindowStart(), ZoneOffset.UTC);
            if (written != null && record.offset() < written.offset() && options.covers(day, total.getAccountId())) {
                newest.computeIfAbsent(Series.of(total), key -> new TreeMap<>())
                        .merge(
                                total.getWindowStart(),
                                total,
                                (one, other) -> other.getVersion() >= one.getVersion() ? other : one);
            }
        });
        for (Map.Entry<Series, TreeMap<Instant, UsageTotal>> entry : newest.entrySet()) {
            Map<Instant, Long> versions = new HashMap<>();
            Map<Instant, Long> used = new HashMap<>();
            stored(entry.getKey(), connection, versions, used);
            entry.getValue().forEach((start, total) -> {
                if (versions.getOrDefault(start, -1L) < total.getVersion()) {
                    drifts.add(drift(total, versions.get(start), used.get(start)));
                }
            });
        }
        return drifts;
    }

    /**
     * Writes all totals of some series once more.
     *
     * @return rows written
     */
    long writeAgain(Set<Series> series) throws UnavailableException {
        if (series.isEmpty()) {
            return 0;
        }
        String topicId = description().topicId().toString();
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new TreeMap<>();
        read(
                series,
                (record, total) -> records.computeIfAbsent(record.partition(), key -> new ArrayList<>())
                        .add(record));
        long rows = 0;
        try (AvroDeserializer<UsageTotal> deserializer = new AvroDeserializer<>(UsageTotal.class, registry)) {
            BatchEncoder<UsageTotal> encoder =
                    new BatchEncoder<>(TableMappings.of(Topic.USAGE_TOTALS, UsageTotal.class), deserializer);
            for (Map.Entry<Integer, List<ConsumerRecord<byte[], byte[]>>> entry : records.entrySet()) {
                List<ConsumerRecord<byte[], byte[]>> part = entry.getValue();
                OffsetRange range =
                        new OffsetRange(part.getFirst().offset(), part.getLast().offset() + 1);
                for (TableInsert insert : encoder.encode(topicId, entry.getKey(), range, part)) {
                    write(insert);
                    rows += insert.rowCount();
                }
            }
        }
        return rows;
    }

    private void write(TableInsert insert) throws UnavailableException {
        try {
            writer.insert(insert, null);
        } catch (RejectedInsertException e) {
            throw new SinkException("ClickHouse rejects a total: " + e.getMessage(), e);
        }
    }

    private void read(Set<Series> series, BiConsumer<ConsumerRecord<byte[], byte[]>, UsageTotal> reader) {
        int partitions = description().partitions().size();
        try (KafkaConsumer<byte[], byte[]> consumer = consumers.get();
                AvroDeserializer<UsageTotal> deserializer = new AvroDeserializer<>(UsageTotal.class, registry)) {
            series.stream()
                    .map(one -> AccountPartitioner.partition(one.accountId(), partitions))
                    .distinct()
                    .sorted()
                    .forEach(partition ->
                            RangeReader.readAll(consumer, new TopicPartition(topic, partition), listener, record -> {
                                UsageTotal total = deserializer.deserialize(topic, record.value());
                                if (total != null && series.contains(Series.of(total))) {
                                    reader.accept(record, total);
                                }
                            }));
        }
    }

    private TopicDescription description() {
        return Objects.requireNonNull(
                Reconciler.await(admin.describeTopics(List.of(topic)).allTopicNames())
                        .get(topic),
                topic);
    }

    private static void stored(
            Series series, Connection connection, Map<Instant, Long> versions, Map<Instant, Long> used)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT toUnixTimestamp64Milli(window_start), version, used FROM window_total"
                        + " WHERE account_id = ? AND limit_id = ? AND scope = ? AND scope_key = ?"
                        + " AND meter_id = ? AND window_unit = ?")) {
            query.setString(1, series.accountId());
            query.setString(2, series.limitId());
            query.setString(3, series.scope());
            query.setString(4, series.scopeKey());
            query.setString(5, series.meterId());
            query.setString(6, series.windowUnit());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Instant start = Instant.ofEpochMilli(row.getLong(1));
                    versions.put(start, row.getLong(2));
                    used.put(start, row.getLong(3));
                }
            }
        }
    }

    private static TableDrift drift(UsageTotal total, @Nullable Long version, @Nullable Long used) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("account_id", total.getAccountId());
        fields.put("limit_id", total.getLimitId());
        fields.put("scope", total.getScope().name());
        fields.put("scope_key", total.getScopeKey());
        fields.put("meter_id", total.getMeterId());
        fields.put("window_unit", total.getWindow());
        fields.put("window_start", total.getWindowStart().toString());
        fields.put("log_used", Long.toString(total.getUsed()));
        fields.put("table_used", used == null ? "" : used.toString());
        fields.put("log_version", Long.toString(total.getVersion()));
        fields.put("table_version", version == null ? "" : version.toString());
        return new TableDrift(CHECK, fields);
    }
}
