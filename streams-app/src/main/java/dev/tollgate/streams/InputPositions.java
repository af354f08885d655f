package dev.tollgate.streams;

import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.task.TopologyNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the role begins to read its input topics.
 *
 * <p>The role reads on from what it has committed and nowhere else ({@code auto.offset.reset=none}): to begin again at
 * the earliest record, as Kafka Streams does by itself where a position is missing, would count anew every event that
 * is older than the dedupe horizon. Positions go missing when all instances are away for longer than the broker keeps
 * offsets (7 days), and they become worthless when records expire unread.
 *
 * <p>The very first start is different: the group has committed nothing and there is no changelog. Then the earliest
 * offset of every input partition is committed, all in one transaction, before anything is read. Several instances may
 * start for the first time together. They share one transactional id, so that a commit goes through only if nobody else
 * has begun since the look that it rests on; an instance that was slow cannot put the positions back.
 */
final class InputPositions {
    private static final Logger LOG = LoggerFactory.getLogger(InputPositions.class);
    private static final long TIMEOUT_SECONDS = 60;
    private static final long PAUSE_MILLIS = 100;
    private static final int MOST_ATTEMPTS = 20;
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final AccountingConfig config;
    private final Admin admin;

    InputPositions(AccountingConfig config, Admin admin) {
        this.config = config;
        this.admin = admin;
    }

    /**
     * Makes sure that there is a position to read on from in every input partition.
     *
     * @throws PositionLostException if positions are missing, or point at records that are gone or never were
     * @throws KafkaException if the cluster rejects the request or does not answer within a minute
     */
    void prepare() {
        if (!isFirstStart()) {
            return;
        }
        for (int attempt = 1; ; attempt++) {
            try (KafkaProducer<byte[], byte[]> producer = fencingProducer()) {
                producer.initTransactions();
                if (isFirstStart()) {
                    commitEarliest(producer);
                }
                return;
            } catch (ProducerFencedException | InvalidProducerEpochException | InvalidTxnStateException e) {
                // The last one comes when the other instance's beginning ends the transaction between two of our
                // requests.
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
                LOG.info("another instance sets the first positions too; looking again");
            }
        }
    }

    /**
     * Explains a fault of a stream thread that has no position to read on from.
     *
     * @return null if that is not what the fault says
     */
    static @Nullable PositionLostException explain(Throwable fault, String applicationId) {
        for (Throwable cause : FaultKind.chain(fault)) {
            if (cause instanceof InvalidOffsetException lost) {
                List<String> problems = lost.partitions().stream()
                        .sorted(ORDER)
                        .map(partition -> partition + " has no committed position, or one whose records have expired")
                        .toList();
                return new PositionLostException(problems, applicationId, fault);
            }
        }
        return FaultKind.chain(fault).stream().anyMatch(InputPositions::saysThatThereIsNone)
                ? new PositionLostException(List.of(String.valueOf(fault.getMessage())), applicationId, fault)
                : null;
    }

    /** Whether Kafka Streams says so in words alone, as it does for a task that it revives. */
    static boolean saysThatThereIsNone(Throwable cause) {
        return String.valueOf(cause.getMessage()).startsWith("No valid committed offset found for input");
    }

    /** Whether nothing was ever read. Complains if something was, and it is not known what. */
    private boolean isFirstStart() {
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        List<TopicPartition> input = partitions();
        if (committed.isEmpty()) {
            String changelog = config.applicationId() + "-" + TopologyNames.ACCOUNT_STORE + "-changelog";
            if (!await(admin.listTopics().names()).contains(changelog)) {
                return true;
            }
        }
        Map<TopicPartition, Long> earliest = offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> latest = offsets(OffsetSpec.latest());
        List<String> problems = new ArrayList<>();
        for (TopicPartition partition : input) {
            OffsetAndMetadata position = committed.get(partition);
            long first = earliest.getOrDefault(partition, 0L);
            long end = latest.getOrDefault(partition, Long.MAX_VALUE);
            if (position == null) {
                problems.add(partition + " has no committed position although the role has run before");
            } else if (position.offset() < first) {
                problems.add(partition + " was read up to offset " + position.offset() + " and begins at " + first
                        + ": " + (first - position.offset()) + " offsets have expired unread");
            } else if (position.offset() > end) {
                problems.add(partition + " was read up to offset " + position.offset() + " and ends at " + end
                        + ": it is not the topic that was read, or has lost its end");
            }
        }
        if (!problems.isEmpty()) {
            throw new PositionLostException(problems, config.applicationId(), null);
        }
        return false;
    }

    private void commitEarliest(KafkaProducer<byte[], byte[]> producer) {
        Map<TopicPartition, OffsetAndMetadata> first = new HashMap<>();
        offsets(OffsetSpec.earliest())
                .forEach((partition, offset) -> first.put(partition, new OffsetAndMetadata(offset)));
        try (KafkaConsumer<byte[], byte[]> group = groupOutsider()) {
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(first, group.groupMetadata());
            producer.commitTransaction();
        }
        Map<TopicPartition, OffsetAndMetadata> sorted = new TreeMap<>(ORDER);
        sorted.putAll(first);
        LOG.info("accounting starts for the first time: positions={}", sorted);
    }

    private KafkaProducer<byte[], byte[]> fencingProducer() {
        Map<String, Object> properties = new HashMap<>(config.plainClientProperties());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.applicationId() + "-first-positions");
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Knows the group and does not join it. */
    private KafkaConsumer<byte[], byte[]> groupOutsider() {
        Map<String, Object> properties = new HashMap<>(config.plainClientProperties());
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, config.applicationId());
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Waits for the end of transactions that have positions in them: what they will have committed counts. */
    private Map<TopicPartition, OffsetAndMetadata> committed() {
        List<TopicPartition> input = partitions();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> answered = await(admin.listConsumerGroupOffsets(
                            Map.of(config.applicationId(), new ListConsumerGroupOffsetsSpec().topicPartitions(input)),
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata());
            // A partition without a position is in the answer, and one in an open transaction is not.
            Set<TopicPartition> open = new TreeSet<>(ORDER);
            open.addAll(input);
            open.removeAll(answered.keySet());
            if (open.isEmpty()) {
                return answered.entrySet().stream()
                        .filter(entry -> entry.getValue() != null)
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            }
            if (System.nanoTime() >= deadline) {
                throw new org.apache.kafka.common.errors.TimeoutException(
                        "transactions with positions of " + open + " did not end within " + TIMEOUT_SECONDS + " s");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for the cluster", e);
        }
    }

    private Map<TopicPartition, Long> offsets(OffsetSpec which) {
        Collection<TopicPartition> input = partitions();
        Map<TopicPartition, ListOffsetsResultInfo> found =
                await(admin.listOffsets(input.stream().collect(Collectors.toMap(partition -> partition, _ -> which)))
                        .all());
        return found.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private List<TopicPartition> partitions() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic topic : List.of(Topic.REQUEST_EVENTS, Topic.ACCOUNT_EVENTS)) {
            for (int i = 0; i < config.topics().partitions(topic); i++) {
                partitions.add(new TopicPartition(config.topics().name(topic), i));
            }
        }
        return partitions;
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new KafkaException("the cluster rejected the request: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("the cluster did not answer within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for the cluster", e);
        }
    }
}
