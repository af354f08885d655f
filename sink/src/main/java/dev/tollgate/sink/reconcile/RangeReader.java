package dev.tollgate.sink.reconcile;

import dev.tollgate.sink.status.SinkException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads ranges of a partition with a consumer that belongs to no group. */
final class RangeReader {
    private static final Duration POLL = Duration.ofMillis(500);
    /** A range that must be there is given up when nothing of it comes for so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private RangeReader() {}

    /** All that a partition holds now. */
    static void readAll(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition source,
            ReconcileListener listener,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        long from = Objects.requireNonNull(
                consumer.beginningOffsets(List.of(source)).get(source));
        long to = Objects.requireNonNull(consumer.endOffsets(List.of(source)).get(source));
        read(consumer, source, from, to, listener, reader);
    }

    /**
     * A range, which must lie within the log. Records without a value are left out.
     *
     * @param from first offset, inclusive
     * @param to end, exclusive
     * @throws SinkException if nothing comes for a minute
     */
    static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition source,
            long from,
            long to,
            ReconcileListener listener,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        consumer.assign(List.of(source));
        consumer.seek(source, from);
        long position = from;
        long progressAtNanos = System.nanoTime();
        while (position < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to && record.value() != null) {
                    reader.accept(record);
                }
            }
            long next = consumer.position(source);
            if (next > position) {
                position = next;
                progressAtNanos = System.nanoTime();
                listener.onProgress(source.toString(), Math.min(position, to) - from, to - from);
            } else if (System.nanoTime() - progressAtNanos > PATIENCE.toNanos()) {
                throw new SinkException(source + "@" + position + " cannot be read: nothing came for "
                        + PATIENCE.toSeconds() + " s, though the log goes on to " + to);
            }
        }
    }
}
