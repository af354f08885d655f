package dev.tollgate.sink.reconcile;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.sink.internal.application.ApplicationRules;
import dev.tollgate.sink.internal.table.RowWriter;
import dev.tollgate.sink.status.SinkException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * The journal's topic as {@code tollgate reconcile} reads it: committed records, by a consumer without a group. Not
 * thread-safe.
 */
final class JournalLog implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deserializer<UsageJournalEntry> deserializer;
    private final String topic;
    private final ReconcileListener listener;
    private final ApplicationRules applications;

    JournalLog(
            KafkaConsumer<byte[], byte[]> consumer,
            Deserializer<UsageJournalEntry> deserializer,
            String topic,
            ReconcileListener listener,
            ApplicationRules applications) {
        this.consumer = consumer;
        this.deserializer = deserializer;
        this.topic = topic;
        this.listener = listener;
        this.applications = applications;
    }

    /** A record with the entry in it. */
    record Read(ConsumerRecord<byte[], byte[]> record, UsageJournalEntry entry) {
        JournalRecord reduced() {
            return new JournalRecord(
                    record.offset(),
                    entry.getAccountId(),
                    entry.getEventId(),
                    entry.getVerdict().name(),
                    orEmpty(entry.getCorrectionId()),
                    orEmpty(entry.getProjectId()),
                    orEmpty(entry.getApiKeyId()),
                    entry.getEndpoint(),
                    entry.getPlanId(),
                    entry.getPlanVersion(),
                    Instant.ofEpochMilli(RowWriter.clampedMillis(entry.getOccurredAt())),
                    entry.getCosts());
        }

        private static String orEmpty(@Nullable String text) {
            return text == null ? "" : text;
        }
    }

    /**
     * Reads a range of a partition, which must lie within the log.
     *
     * @param from first offset, inclusive
     * @param to end, exclusive
     * @throws SinkException if a record cannot be read, or nothing comes for a minute
     */
    void read(int partition, long from, long to, Consumer<Read> reader) {
        RangeReader.read(consumer, new TopicPartition(topic, partition), from, to, listener, record -> {
            // What the sink skips is no part of the books.
            if (!applications.isIgnored(record)) {
                reader.accept(new Read(record, entry(record)));
            }
        });
    }

    /** The records of a range. */
    List<Read> read(int partition, long from, long to) {
        List<Read> records = new ArrayList<>();
        read(partition, from, to, records::add);
        return records;
    }

    private UsageJournalEntry entry(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Objects.requireNonNull(deserializer.deserialize(record.topic(), record.value()));
        } catch (SerializationException e) {
            throw new SinkException(
                    "the record at " + record.topic() + "-" + record.partition() + "@" + record.offset()
                            + " cannot be read: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
