package dev.tollgate.streams.topology;

import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputHorizon;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.store.CommitHookStore;
import dev.tollgate.streams.store.WriteBehindStore;
import dev.tollgate.streams.task.AccountingProcessor;
import dev.tollgate.streams.task.TopologyNames;
import dev.tollgate.streams.translate.JournalSerializer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The accounting topology:
 *
 * <pre>
 * request-events --.                      .--> usage-journal
 *                  +--> accounting -------+--> usage-totals
 * account-events --'     |  |  |          +--> limit-events
 *                        |  |  |          +--> limit-state
 * stores: accounts, scopes, events, pending-work '--> dead-letters
 * </pre>
 *
 * <p>The two sources are co-partitioned by account id, so one task has all of an account. Records are decoded inside
 * the processor, so that what cannot be decoded becomes a dead letter in the same transaction that moves the read
 * position.
 *
 * <p>The plan catalog is no part of it: it is read beside it, since what of it counts for a record follows from append
 * times and not from when a thread comes to read it.
 */
public final class AccountingTopology {
    private AccountingTopology() {}

    /** Builds it, for whoever does not ask where its tasks begin to read and on which thread they are. */
    public static Topology build(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            InputHorizon.Provider horizons,
            AccountingMetrics metrics) {
        return build(config, registry, catalog, horizons, metrics, new TaskBeginnings(), new OpenTasks());
    }

    /**
     * Builds it.
     *
     * @param catalog the plans; filled by somebody else
     * @param horizons tells tasks how far they have read
     * @param beginnings is told where tasks begin to read
     * @param openTasks is told which thread has the stores of which task open
     */
    public static Topology build(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            InputHorizon.Provider horizons,
            AccountingMetrics metrics,
            TaskBeginnings beginnings,
            OpenTasks openTasks) {
        Topology topology = new Topology();
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        StringSerializer keys = new StringSerializer();
        Serializer<SpecificRecord> values = new AvroSerializer<>(registry);

        topology.addSource(
                        TopologyNames.REQUEST_SOURCE,
                        bytes,
                        bytes,
                        config.topics().name(Topic.REQUEST_EVENTS))
                .addSource(
                        TopologyNames.COMMAND_SOURCE,
                        bytes,
                        bytes,
                        config.topics().name(Topic.ACCOUNT_EVENTS))
                .addProcessor(
                        TopologyNames.ACCOUNTING,
                        () -> new SingleLifeProcessor<>(
                                new AccountingProcessor(config, registry, catalog, horizons, metrics, beginnings),
                                AccountingTopology::isRecycled,
                                metrics),
                        TopologyNames.REQUEST_SOURCE,
                        TopologyNames.COMMAND_SOURCE)
                .addStateStore(
                        CommitHookStore.over(
                                store(openTasks.watch(WriteBehindStore.overRocksDb(TopologyNames.ACCOUNT_STORE)))),
                        TopologyNames.ACCOUNTING)
                .addStateStore(
                        store(openTasks.watch(WriteBehindStore.overRocksDb(TopologyNames.SCOPE_STORE))),
                        TopologyNames.ACCOUNTING)
                .addStateStore(
                        store(openTasks.watch(Stores.persistentKeyValueStore(TopologyNames.EVENT_STORE))),
                        TopologyNames.ACCOUNTING)
                .addStateStore(
                        store(openTasks.watch(WriteBehindStore.overRocksDb(TopologyNames.PENDING_WORK_STORE))),
                        TopologyNames.ACCOUNTING);

        sink(topology, config, TopologyNames.JOURNAL_SINK, Topic.USAGE_JOURNAL, keys, new JournalSerializer(registry));
        topology.addSink(
                TopologyNames.TOTALS_SINK,
                config.topics().name(Topic.USAGE_TOTALS),
                keys,
                values,
                (StreamPartitioner<String, SpecificRecord>) AccountingTopology::partitionOfTotal,
                TopologyNames.ACCOUNTING);
        sink(topology, config, TopologyNames.LIMIT_EVENT_SINK, Topic.LIMIT_EVENTS, keys, values);
        topology.addSink(
                TopologyNames.LIMIT_STATE_SINK,
                config.topics().name(Topic.LIMIT_STATE),
                keys,
                values,
                (StreamPartitioner<String, SpecificRecord>) AccountingTopology::partitionOfState,
                TopologyNames.ACCOUNTING);
        sink(topology, config, TopologyNames.DEAD_LETTER_SINK, Topic.DEAD_LETTERS, keys, values);
        return topology;
    }

    private static boolean isRecycled(ProcessorContext<String, SpecificRecord> context) {
        CommitHookStore accounts = context.getStateStore(TopologyNames.ACCOUNT_STORE);
        return accounts.takeRecycled();
    }

    /**
     * Without the cache of Kafka Streams: what changes often is written once per commit by the task itself, which has
     * it decoded ({@link CommitHookStore}). The event index stands on the disk alone: what is in it is rarely written
     * again.
     */
    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(KeyValueBytesStoreSupplier supplier) {
        return Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(Map.of(
                        // Most records of a changelog are soon replaced; compact early, so that a restore reads little.
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.2",
                        // Calls in flight are part of an account: one with very many is larger than Kafka's default.
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(AccountingConfig.MAX_STATE_BYTES)));
    }

    private static void sink(
            Topology topology,
            AccountingConfig config,
            String name,
            Topic topic,
            Serializer<String> keys,
            Serializer<SpecificRecord> values) {
        topology.addSink(name, config.topics().name(topic), keys, values, TopologyNames.ACCOUNTING);
    }

    /**
     * Projects and API keys have keys of their own but stand where their account does; a tombstone has nothing but the
     * key.
     */
    private static Optional<Set<Integer>> partitionOfState(
            String topic, String key, @Nullable SpecificRecord value, int partitions) {
        return Optional.of(
                Set.of(AccountPartitioner.partition(LimitStateKey.parse(key).accountId(), partitions)));
    }

    /** Totals have keys of their own but stand where their account does. */
    private static Optional<Set<Integer>> partitionOfTotal(
            String topic, String key, SpecificRecord value, int partitions) {
        UsageTotal total = (UsageTotal) value;
        return Optional.of(Set.of(AccountPartitioner.partition(total.getAccountId(), partitions)));
    }
}
