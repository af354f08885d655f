package dev.tollgate.plans.catalog;

import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerde;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the {@code plan-catalog} topic.
 *
 * <p>Kafka knows no compare-and-set, so writers take turns by Kafka's own fencing: each {@link Update} opens a producer
 * with the same transactional id before it reads. Opening the next one ends the rights of the one before; what that had
 * committed is seen by the next, and what it had not is rejected with {@link ConcurrentApplyException}. No change is
 * lost and none is made on the ground of a catalog that is out of date. The writing principal needs the rights to write
 * the topic and to use the transactional id {@code <topic>-writer}.
 *
 * <p>Safe for use by several threads; an {@link Update} belongs to one.
 */
public final class PlanCatalogClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> clientConfig;
    private final String topic;
    private final AvroSerde<Plan> serde;

    /** Append time of the newest record that was read, milliseconds since the epoch; 0 before the first. */
    private final AtomicLong newestAppendMillis = new AtomicLong();

    /** When this client wrote last, by the clock that only goes forward; null if it has not. */
    private volatile @Nullable Long writtenNanos;

    /**
     * A client that connects when it is used.
     *
     * @param clientConfig Kafka client settings, at least {@code bootstrap.servers}, and those of the registry under
     *     Confluent's names, at least {@code schema.registry.url}
     * @param layout how topics are named
     */
    public PlanCatalogClient(Map<String, ?> clientConfig, TopicLayout layout) {
        this.clientConfig = Map.copyOf(clientConfig);
        topic = layout.name(Topic.PLAN_CATALOG);
        serde = new AvroSerde<>(Plan.class, new SchemaRegistryClient(RegistryConfig.from(clientConfig)));
        serde.configure(this.clientConfig, false);
    }

    /**
     * Every plan of the catalog as of now.
     *
     * @return plans by id, ascending
     * @throws PlanCatalogException if the topic is missing, holds something else than plans, or does not answer
     */
    public Map<String, Plan> read() {
        return content().plans();
    }

    /**
     * The catalog as of now, with the versions that it had once.
     *
     * @throws PlanCatalogException if the topic is missing, holds something else than plans, or does not answer
     */
    public CatalogContent content() {
        return read(Map.of());
    }

    /**
     * How long until every version that this client has read or written counts for whatever is published then: one and
     * a half settle times after its append, as the clocks of brokers may differ by half a settle time. Never longer
     * than that.
     *
     * @param settleTime as the accounting role has it ({@code accounting.plan-settle-time})
     * @param now present time; asked only about what others wrote
     */
    public Duration timeToSettle(Duration settleTime, Instant now) {
        long patienceMillis = settleTime.toMillis() * 3 / 2;
        long sinceMillis = now.toEpochMilli() - newestAppendMillis.get();
        Long written = writtenNanos;
        if (written != null) {
            sinceMillis = Math.min(sinceMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - written));
        }
        return Duration.ofMillis(Math.clamp(patienceMillis - sinceMillis, 0, patienceMillis));
    }

    /**
     * Begins a change of the catalog and ends the rights of any other change that has begun and is not committed.
     *
     * @throws PlanCatalogException if the cluster does not answer
     */
    public Update beginUpdate() {
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topic + "-writer");
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT.toMillis());
        // Readers that need every version of a moment wait for open transactions: one that nobody ends must end soon.
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) TRANSACTION_TIMEOUT.toMillis());
        Producer<String, Plan> producer = new KafkaProducer<>(config, new StringSerializer(), serde.serializer());
        try {
            producer.initTransactions();
            return new Update(producer);
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw new PlanCatalogException("cannot write to " + topic + ": " + e.getMessage(), e);
        }
    }

    /** One change of the catalog: read, decide, commit once, close. */
    public final class Update implements AutoCloseable {
        private final Producer<String, Plan> producer;

        private Update(Producer<String, Plan> producer) {
            this.producer = producer;
        }

        /** The catalog that this change is made on. */
        public CatalogContent read() {
            return content();
        }

        /**
         * Writes plans in one transaction, reads the catalog back and compares.
         *
         * @param plans the whole record of each plan, each id once; none writes nothing
         * @throws ConcurrentApplyException if another change has begun meanwhile; nothing was written
         * @throws PlanCatalogException if it cannot be written, or the catalog does not say what was written
         */
        public void commit(Collection<Plan> plans) {
            if (plans.isEmpty()) {
                return;
            }
            Map<TopicPartition, Long> written = send(plans);
            Map<String, Plan> after = PlanCatalogClient.this.read(written).plans();
            for (Plan plan : plans) {
                if (!plan.equals(after.get(plan.getPlanId()))) {
                    throw new PlanCatalogException("plan " + plan.getPlanId() + " was written to " + topic
                            + " but reads back differently: another program writes to this topic");
                }
            }
        }

        private Map<TopicPartition, Long> send(Collection<Plan> plans) {
            try {
                producer.beginTransaction();
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (Plan plan : plans) {
                    sent.add(producer.send(new ProducerRecord<>(topic, plan.getPlanId(), plan)));
                }
                producer.flush();
                Map<TopicPartition, Long> written = new HashMap<>();
                for (Future<RecordMetadata> future : sent) {
                    RecordMetadata metadata = future.get();
                    written.merge(
                            new TopicPartition(metadata.topic(), metadata.partition()), metadata.offset(), Long::max);
                }
                producer.commitTransaction();
                writtenNanos = System.nanoTime();
                return written;
            } catch (ExecutionException e) {
                throw failed(e.getCause() == null ? e : e.getCause());
            } catch (KafkaException e) {
                throw failed(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failed(e);
            }
        }

        private PlanCatalogException failed(Throwable failure) {
            // A producer that was fenced while it was sending says so only in a cause.
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                    return new ConcurrentApplyException(failure);
                }
            }
            return new PlanCatalogException("cannot write to " + topic + ": " + failure.getMessage(), failure);
        }

        /** Ends the change; a transaction that was not committed is aborted by the cluster. */
        @Override
        public void close() {
            producer.close(TIMEOUT);
        }
    }

    /** Reads to the end, and at least past the given offsets, which the cluster has committed. */
    private CatalogContent read(Map<TopicPartition, Long> atLeast) {
        Map<String, Object> config = new HashMap<>(clientConfig);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        CatalogContent.Builder content = new CatalogContent.Builder();
        try (Consumer<String, Plan> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), serde.deserializer())) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> targets = new HashMap<>(consumer.endOffsets(partitions, TIMEOUT));
            atLeast.forEach((partition, offset) -> targets.merge(partition, offset + 1, Long::max));
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (!reached(consumer, targets)) {
                for (ConsumerRecord<String, Plan> polled : consumer.poll(POLL)) {
                    take(polled, content);
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new PlanCatalogException(
                            topic + " was not read to its end within " + TIMEOUT.toSeconds() + " s");
                }
            }
        } catch (SerializationException e) {
            throw new PlanCatalogException(topic + " holds a record that is no plan: " + e.getMessage(), e);
        } catch (KafkaException e) {
            throw new PlanCatalogException("cannot read " + topic + ": " + e.getMessage(), e);
        }
        return content.build();
    }

    private List<TopicPartition> partitions(Consumer<?, ?> consumer) {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic, TIMEOUT);
        if (partitions == null || partitions.isEmpty()) {
            throw new PlanCatalogException(topic + " is missing: create the topics first");
        }
        return partitions.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> targets) {
        return targets.entrySet().stream()
                .allMatch(target -> consumer.position(target.getKey(), TIMEOUT) >= target.getValue());
    }

    private void take(ConsumerRecord<String, Plan> polled, CatalogContent.Builder content) {
        newestAppendMillis.accumulateAndGet(polled.timestamp(), Math::max);
        if (polled.key() == null) {
            throw new PlanCatalogException(topic + " holds a record without key at offset " + polled.offset());
        }
        if (polled.value() == null) {
            content.remove(polled.key());
            return;
        }
        if (!polled.key().equals(polled.value().getPlanId())) {
            throw new PlanCatalogException(topic + " holds plan "
                    + polled.value().getPlanId() + " under the key " + polled.key() + " at offset " + polled.offset());
        }
        content.put(polled.value());
    }
}
