package dev.tollgate.streams;

import dev.tollgate.streams.topology.OpenTasks;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka Streams' clients, with producers that come to an end and time out for good.
 *
 * <p>A time-out of a commit makes Kafka Streams revive tasks, which is not safe ({@code SingleLifeProcessor}), the less
 * so as the producer goes on with the commit in the background. So time-outs of a producer are thrown as plain
 * exceptions of Kafka's, which end the thread. Only {@code initTransactions} keeps its own: it is tried again before
 * anything has begun.
 *
 * <p>A thread that ends closes its producer first and leaves the group last. Closing a producer waits without limit
 * until its open transaction is aborted, which takes an answer of the coordinator. As long as there is none, the thread
 * hangs and its consumer goes on sending heartbeats, so that the group counts on a member that will never join again:
 * every rebalance waits for it, up to {@code max.poll.interval.ms} (5 min). So producers give up after
 * {@value #MOST_SECONDS} s. The brokers abort what was left open when the next producer with the same transactional id
 * begins, or after {@code transaction.timeout.ms} (10 s).
 *
 * <p>The main consumer of a thread that is given partitions waits until the other threads of the instance have closed
 * the stores of those tasks ({@link OpenTasks}).
 */
final class StreamsClients implements KafkaClientSupplier {
    static final int MOST_SECONDS = 5;

    private final OpenTasks openTasks;

    /** @param openTasks is told of open stores by the topology that these clients are for */
    StreamsClients(OpenTasks openTasks) {
        this.openTasks = openTasks;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new EndingProducer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new MainConsumer(config, openTasks);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Kafka Streams' listener, and then the wait: the stores are opened after the poll in which it is called. */
    static ConsumerRebalanceListener waiting(ConsumerRebalanceListener listener, OpenTasks openTasks) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                listener.onPartitionsAssigned(partitions);
                openTasks.awaitClosedByOthers(partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                listener.onPartitionsRevoked(partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                listener.onPartitionsLost(partitions);
            }
        };
    }

    private static final class MainConsumer extends KafkaConsumer<byte[], byte[]> {
        private final OpenTasks openTasks;

        MainConsumer(Map<String, Object> config, OpenTasks openTasks) {
            super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            this.openTasks = openTasks;
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
            super.subscribe(topics, waiting(listener, openTasks));
        }
    }

    private static final class EndingProducer extends KafkaProducer<byte[], byte[]> {
        EndingProducer(Map<String, Object> config) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public void close() {
            close(Duration.ofSeconds(MOST_SECONDS));
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
            try {
                super.sendOffsetsToTransaction(offsets, groupMetadata);
            } catch (TimeoutException e) {
                throw ended(e);
            }
        }

        @Override
        public void commitTransaction() {
            try {
                super.commitTransaction();
            } catch (TimeoutException e) {
                throw ended(e);
            }
        }

        @Override
        public List<PartitionInfo> partitionsFor(String topic) {
            try {
                return super.partitionsFor(topic);
            } catch (TimeoutException e) {
                throw ended(e);
            }
        }

        /** What Kafka Streams takes for the end of the thread; the cause still says that nobody answered. */
        private static KafkaException ended(TimeoutException e) {
            return new KafkaException("no answer in time: " + e.getMessage(), e);
        }
    }
}
