package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.fail;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.sink.internal.ledger.Ledger;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.sql.Migrator;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Everything around a sink, on an embedded stack: topics and a database of its own for each test, a transactional
 * producer in the place of the topology, and short ways to ask ClickHouse.
 */
public final class TestingPipeline implements AutoCloseable {
    /** Who writes the journal. */
    public static final String APPLICATION = "accounting";

    public static final Duration PATIENCE = Duration.ofSeconds(90);

    private final EmbeddedStack stack;
    private final String name =
            "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 10);
    private final TopicLayout layout = new TopicLayout(name + ".", 2, TopicLayout.BROKER_DEFAULT);
    private final Admin admin;
    private final SchemaRegistryClient registry;
    private final AvroSerializer<SpecificRecord> serializer;
    private final KafkaProducer<String, byte[]> producer;

    public TestingPipeline(EmbeddedStack stack) throws Exception {
        this.stack = stack;
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers()));
        registry = new SchemaRegistryClient(RegistryConfig.ofUrl(stack.registryUrl()));
        TopicAdmin topics = new TopicAdmin(admin, layout);
        topics.apply();
        topics.registerSchemas(registry);
        serializer = new AvroSerializer<>(registry);
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        name),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** A stack for tests that break it; whoever starts it closes it. */
    public static EmbeddedStack startStack() {
        return EmbeddedStack.start(EmbeddedStackOptions.ephemeral());
    }

    /**
     * The stack of all tests that leave it as it is. It starts when the first one asks for it, and closes itself when
     * the JVM ends.
     */
    public static EmbeddedStack sharedStack() {
        return Shared.STACK;
    }

    private static final class Shared {
        private static final EmbeddedStack STACK = startStack();
    }

    public TestingPipeline migrated() throws SQLException {
        new Migrator(clickHouse()).migrate();
        return this;
    }

    public ClickHouseConfig clickHouse() {
        return ClickHouseConfig.of(stack.clickHouseUrl(), name);
    }

    public String database() {
        return name;
    }

    public Admin admin() {
        return admin;
    }

    public SchemaRegistryClient registry() {
        return registry;
    }

    public String topic(Topic topic) {
        return layout.name(topic);
    }

    /** A configuration for this test's topics and database, with fast retries; more settings come first. */
    public SinkConfig config(String... keysAndValues) {
        Map<String, String> values = new HashMap<>(Map.of(
                "kafka.bootstrap-servers",
                stack.bootstrapServers(),
                "registry.url",
                stack.registryUrl(),
                "topics.prefix",
                layout.prefix(),
                "topics.partitions",
                "2",
                "clickhouse.url",
                stack.clickHouseUrl(),
                "clickhouse.database",
                name,
                "sink.group-id",
                name,
                "sink.batch.max-delay",
                "200ms",
                "sink.retry.min-delay",
                "20ms",
                "sink.retry.max-delay",
                "200ms"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return SinkConfig.from(values);
    }

    public Sink startSink(String... keysAndValues) {
        Sink sink = new Sink(config(keysAndValues));
        sink.start();
        return sink;
    }

    /** Writes records in one transaction; those of the journal as accounting under its usual id does. */
    public void publish(Topic topic, int partition, List<? extends SpecificRecord> records) {
        producer.beginTransaction();
        records.forEach(record -> send(topic, partition, serializer.serialize(topic(topic), record)));
        producer.commitTransaction();
    }

    /** Writes records of the journal in one transaction, as accounting under an id of its own does. */
    public void publishAs(String applicationId, int partition, List<? extends SpecificRecord> records) {
        producer.beginTransaction();
        records.forEach(record -> send(
                Topic.USAGE_JOURNAL,
                partition,
                serializer.serialize(topic(Topic.USAGE_JOURNAL), record),
                ApplicationHeader.of(applicationId)));
        producer.commitTransaction();
    }

    /** Writes records that never become visible. */
    public void publishAborted(Topic topic, int partition, List<? extends SpecificRecord> records) {
        producer.beginTransaction();
        records.forEach(record -> send(topic, partition, serializer.serialize(topic(topic), record)));
        producer.flush();
        producer.abortTransaction();
    }

    public void publishBytes(Topic topic, int partition, byte @Nullable [] value) {
        producer.beginTransaction();
        send(topic, partition, value);
        producer.commitTransaction();
    }

    private void send(Topic topic, int partition, byte @Nullable [] value) {
        send(
                topic,
                partition,
                value,
                topic == Topic.USAGE_JOURNAL ? ApplicationHeader.of(APPLICATION) : new RecordHeaders());
    }

    private void send(Topic topic, int partition, byte @Nullable [] value, Headers headers) {
        // The end of the transaction tells whether it failed.
        var _ = producer.send(new ProducerRecord<>(topic(topic), partition, "key", value, headers));
    }

    /** Whether the sink's group has committed the end of every partition that it reads. */
    public boolean isCaughtUp() {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(name)
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            for (Topic topic : Sink.topics()) {
                for (int partition = 0; partition < layout.partitions(topic); partition++) {
                    asked.put(new TopicPartition(topic(topic), partition), OffsetSpec.latest());
                }
            }
            return admin.listOffsets(asked).all().get().entrySet().stream().allMatch(end -> {
                OffsetAndMetadata offset = committed.get(end.getKey());
                return offset == null
                        ? end.getValue().offset() == 0
                        : offset.offset() == end.getValue().offset()
                                && Ledger.read(offset).intent() == null;
            });
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each row as ClickHouse writes a tuple. */
    public List<String> rows(String sql) throws SQLException {
        try (Connection connection = clickHouse().dataSource().getConnection()) {
            connection.setSchema(name);
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT toString(tuple(*)) FROM (" + sql + ")")) {
                List<String> lines = new ArrayList<>();
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
                return lines;
            }
        }
    }

    /** Asks until the answer is as expected; fails with the last answer when patience ends or the sink has stopped. */
    public void awaitRows(@Nullable Sink sink, String sql, String... expected) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<String> last = List.of();
        SQLException lastFailure = null;
        while (Instant.now().isBefore(deadline)) {
            try {
                last = rows(sql);
                lastFailure = null;
                if (last.equals(List.of(expected))) {
                    return;
                }
            } catch (SQLException e) {
                lastFailure = e;
            }
            if (sink != null && sink.awaitTermination(20, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                fail("the sink stopped by itself");
            }
        }
        fail("expected " + List.of(expected) + " from " + sql + ", last was " + last
                + (lastFailure == null ? "" : " then " + lastFailure));
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
