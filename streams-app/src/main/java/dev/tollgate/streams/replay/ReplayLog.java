package dev.tollgate.streams.replay;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RejectedRecordException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads what a replay needs out of the topics. Changes nothing, and joins no consumer group. Not thread-safe. */
public final class ReplayLog {
    private static final int MAX_PLAN_BYTES = 1 << 20;
    private static final int MAX_LIMIT_EVENT_BYTES = 1 << 20;

    /** How many records are read between two reports of progress; a power of two. */
    private static final int REPORT_EVERY = 1_024;

    private final AccountingConfig config;
    private final SchemaRegistryClient registry;

    public ReplayLog(AccountingConfig config, SchemaRegistryClient registry) {
        this.config = config;
        this.registry = registry;
    }

    /**
     * The plan catalog, read to its end.
     *
     * @param catalog answers for every append time up to the moment at which reading began
     * @param versions by plan id and version, as they were published last
     */
    public record Catalog(InMemoryPlanCatalog catalog, Map<String, Map<Integer, PlanVersion>> versions) {}

    /**
     * A limit event and where it stands.
     *
     * @param position in topic {@code limit-events}
     */
    public record FoundEvent(LimitEvent event, Position position) {}

    /** The partition that has an account's records, in input and output topics alike. */
    public int partitionOf(String accountId) {
        return AccountPartitioner.partition(accountId, config.topics().partitions());
    }

    /**
     * Reads the plan catalog.
     *
     * @throws KafkaException if Kafka or the registry do not answer
     */
    public Catalog readCatalog() {
        InMemoryPlanCatalog catalog = new InMemoryPlanCatalog(config.planSettleTime());
        CatalogFeed feed = new CatalogFeed(
                catalog, registry, new AccountingMetrics(new SimpleMeterRegistry()), System::currentTimeMillis);
        RecordDecoder<Plan> decoder = new RecordDecoder<>(Plan.class, registry, MAX_PLAN_BYTES);
        Map<String, Map<Integer, PlanVersion>> versions = new HashMap<>();
        try (PartitionReader reader = reader(Topic.PLAN_CATALOG, 0, _ -> true)) {
            for (var record = reader.peek(); record != null; record = reader.peek()) {
                reader.advance();
                InputRecord input = input(record);
                // Decoded here first: where the registry is away this fails, and the feed would wait for it.
                Plan plan = decoded(decoder, input);
                if (plan != null) {
                    Map<Integer, PlanVersion> ofPlan = versions.computeIfAbsent(plan.getPlanId(), _ -> new HashMap<>());
                    plan.getVersions().forEach(version -> ofPlan.put(version.getVersion(), version));
                }
                feed.accept(new CatalogRecord(input.position(), input.appendedAtMillis(), input.key(), input.value()));
            }
        }
        catalog.markReadUpTo(Long.MAX_VALUE);
        return new Catalog(catalog, versions);
    }

    /**
     * Shows the records of an account in the order in which the accounting role reads them: by append time. Two that
     * were appended to the two topics within the same few milliseconds may have been read the other way round.
     *
     * @param reader is shown each record; answers whether to go on
     * @throws TruncatedLogException if records of the partition have expired; nothing was shown
     * @throws KafkaException if Kafka does not answer
     */
    public void readAccount(String accountId, Predicate<InputRecord> reader, ReplayProgress progress)
            throws TruncatedLogException {
        int partition = partitionOf(accountId);
        byte[] key = accountId.getBytes(StandardCharsets.UTF_8);
        Predicate<ConsumerRecord<byte[], byte[]>> wanted = record -> Arrays.equals(key, record.key());
        try (PartitionReader requests = reader(Topic.REQUEST_EVENTS, partition, wanted);
                PartitionReader commands = reader(Topic.ACCOUNT_EVENTS, partition, wanted)) {
            requireWhole(Topic.REQUEST_EVENTS, partition, requests);
            requireWhole(Topic.ACCOUNT_EVENTS, partition, commands);
            merge(requests, commands, reader, progress);
        }
    }

    private static void merge(
            PartitionReader requests,
            PartitionReader commands,
            Predicate<InputRecord> reader,
            ReplayProgress progress) {
        long total = requests.length() + commands.length();
        boolean wasCommand = false;
        for (int read = 0; ; read++) {
            if ((read & (REPORT_EVERY - 1)) == 0) {
                progress.at("reading the account's log", requests.done() + commands.done(), total);
            }
            ConsumerRecord<byte[], byte[]> request = requests.peek();
            ConsumerRecord<byte[], byte[]> command = commands.peek();
            if (request == null && command == null) {
                progress.at("reading the account's log", total, total);
                return;
            }
            // Of equal times Kafka Streams takes the topic that it has not just taken from.
            boolean isCommand = request == null
                    || (command != null
                            && (command.timestamp() < request.timestamp()
                                    || (command.timestamp() == request.timestamp() && !wasCommand)));
            PartitionReader from = isCommand ? commands : requests;
            ConsumerRecord<byte[], byte[]> next = isCommand ? command : request;
            wasCommand = isCommand;
            from.advance();
            if (next != null && !reader.test(input(next))) {
                return;
            }
        }
    }

    private void requireWhole(Topic topic, int partition, PartitionReader reader) throws TruncatedLogException {
        if (reader.beginning() > 0) {
            throw new TruncatedLogException(config.topics().name(topic), partition, reader.beginning());
        }
    }

    /**
     * Shows limit events until somebody has seen enough. What cannot be decoded is passed over.
     *
     * @param accountId of whom; null for everybody's
     * @param reader is shown each event and its position; answers whether to go on
     * @throws KafkaException if Kafka or the registry do not answer
     */
    public void readLimitEvents(
            @Nullable String accountId, BiPredicate<LimitEvent, Position> reader, ReplayProgress progress) {
        RecordDecoder<LimitEvent> decoder = new RecordDecoder<>(LimitEvent.class, registry, MAX_LIMIT_EVENT_BYTES);
        byte[] key = accountId == null ? null : accountId.getBytes(StandardCharsets.UTF_8);
        int first = accountId == null ? 0 : partitionOf(accountId);
        int last = accountId == null ? config.topics().partitions() - 1 : first;
        for (int partition = first; partition <= last; partition++) {
            try (PartitionReader events =
                    reader(Topic.LIMIT_EVENTS, partition, record -> key == null || Arrays.equals(key, record.key()))) {
                int read = 0;
                for (var record = events.peek(); record != null; record = events.peek()) {
                    events.advance();
                    if ((read++ & (REPORT_EVERY - 1)) == 0) {
                        progress.at("looking for limit events", events.done(), events.length());
                    }
                    LimitEvent event = decoded(decoder, input(record));
                    if (event != null && !reader.test(event, position(record))) {
                        return;
                    }
                }
            }
        }
    }

    /**
     * Finds a limit event.
     *
     * @param accountId whose it is, which spares reading the other partitions; null if that is not known
     * @return null if the topic does not have it, or not any more
     */
    public @Nullable FoundEvent find(String limitEventId, @Nullable String accountId, ReplayProgress progress) {
        FoundEvent[] found = new FoundEvent[1];
        readLimitEvents(
                accountId,
                (event, position) -> {
                    if (event.getLimitEventId().equals(limitEventId)) {
                        found[0] = new FoundEvent(event, position);
                    }
                    return found[0] == null;
                },
                progress);
        return found[0];
    }

    private PartitionReader reader(Topic topic, int partition, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
        return new PartitionReader(
                config.plainClientProperties(),
                new TopicPartition(config.topics().name(topic), partition),
                wanted);
    }

    private static <T extends org.apache.avro.specific.SpecificRecord> @Nullable T decoded(
            RecordDecoder<T> decoder, InputRecord record) {
        try {
            return record.value() == null
                    ? null
                    : decoder.decode(
                            record.position().topic(),
                            record.value(),
                            record.appendedAtMillis(),
                            record.appendedAtMillis());
        } catch (RejectedRecordException e) {
            return null;
        }
    }

    private static InputRecord input(ConsumerRecord<byte[], byte[]> record) {
        return new InputRecord(position(record), record.timestamp(), record.key(), record.value());
    }

    private static Position position(ConsumerRecord<?, ?> record) {
        return new Position(record.topic(), record.partition(), record.offset());
    }
}
