package dev.tollgate.sink.internal.loop;

import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.InsertBudget;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.status.SinkMetrics;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that one thread has, each with its buffer. A buffer comes when the group assigns the partition and
 * goes, with all that it holds, when the partition goes. A new buffer is paused at the committed offset: nothing is
 * read until {@link TableAudit} has decided where to begin. Not thread-safe.
 */
final class PartitionAssignments {
    private static final Logger log = LoggerFactory.getLogger(PartitionAssignments.class);

    private final Map<String, TableMapping<?>> mappings;
    private final TopicIds topicIds;
    private final BatchLimits limits;
    private final Supplier<InsertBudget> budgets;
    private final SinkMetrics metrics;
    private final Map<TopicPartition, PartitionBuffer> buffers = new LinkedHashMap<>();
    private @Nullable UnavailableException failure;

    /**
     * @param mappings by the name of the topic
     * @param budgets makes the budget of one partition
     */
    PartitionAssignments(
            Map<String, TableMapping<?>> mappings,
            TopicIds topicIds,
            BatchLimits limits,
            Supplier<InsertBudget> budgets,
            SinkMetrics metrics) {
        this.mappings = Map.copyOf(mappings);
        this.topicIds = topicIds;
        this.limits = limits;
        this.budgets = budgets;
        this.metrics = metrics;
    }

    /** Makes a consumer a member of the group; its buffers come and go with its polls. */
    void subscribe(Consumer<byte[], byte[]> consumer) {
        consumer.subscribe(mappings.keySet(), new Rebalancing(consumer));
    }

    /** The buffers, in the order in which their partitions came; a view. */
    Collection<PartitionBuffer> buffers() {
        return Collections.unmodifiableCollection(buffers.values());
    }

    /** The buffer of a partition that this thread has. */
    PartitionBuffer buffer(TopicPartition partition) {
        return Objects.requireNonNull(buffers.get(partition), () -> "no buffer for " + partition);
    }

    /** Why partitions that were assigned since the last call have no buffer; null if all have. */
    @Nullable
    UnavailableException takeFailure() {
        UnavailableException taken = failure;
        failure = null;
        return taken;
    }

    /**
     * Takes partitions, with new buffers.
     *
     * @throws UnavailableException if Kafka does not answer
     */
    void assign(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> added) throws UnavailableException {
        Set<String> topics = new HashSet<>();
        added.forEach(partition -> topics.add(partition.topic()));
        Map<String, String> ids = topicIds.resolve(topics);
        Map<TopicPartition, OffsetAndMetadata> committed;
        try {
            committed = consumer.committed(new HashSet<>(added));
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA, "committed offsets cannot be read: " + e.getMessage(), e);
        }
        for (TopicPartition partition : added) {
            String topicId = Objects.requireNonNull(ids.get(partition.topic()), partition.topic());
            buffers.put(partition, buffer(consumer, partition, topicId, committed.get(partition)));
        }
    }

    private PartitionBuffer buffer(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            String topicId,
            @Nullable OffsetAndMetadata committed) {
        TableMapping<?> mapping = Objects.requireNonNull(mappings.get(partition.topic()), partition.topic());
        consumer.seek(partition, committed == null ? 0 : committed.offset());
        consumer.pause(Set.of(partition));
        return PartitionBuffer.of(partition, topicId, mapping, limits, budgets.get(), committed);
    }

    /** Gives partitions up: what waits in their buffers is read again by their next owner. */
    void release(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : List.copyOf(partitions)) {
            PartitionBuffer buffer = buffers.remove(partition);
            if (buffer != null) {
                buffer.reportHoles(0, 0, metrics);
                buffer.reportLost(0, metrics);
            }
        }
    }

    void releaseAll() {
        release(buffers.keySet());
    }

    private final class Rebalancing implements ConsumerRebalanceListener {
        private final Consumer<byte[], byte[]> consumer;

        Rebalancing(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            if (added.isEmpty()) {
                return;
            }
            try {
                assign(consumer, added);
                log.info("partitions taken: {}", added);
            } catch (UnavailableException e) {
                // Without a place to start from nothing may be read: the step begins again with a new consumer.
                failure = e;
                consumer.seekToBeginning(added);
                consumer.pause(added);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> removed) {
            if (!removed.isEmpty()) {
                log.info("partitions given up: {}", removed);
                release(removed);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> removed) {
            onPartitionsRevoked(removed);
        }
    }
}
