package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.lane.Settlement;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.NotifyProgress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Writes what became of events. Each call is one transaction; after a failure the producer is to be closed. */
final class Journal {
    private final String endpoint;
    private final String progressTopic;
    private final String deliveriesTopic;
    private final Producer<byte[], byte[]> producer;
    private final Serializer<NotifyProgress> progressValues;
    private final Serializer<NotifyDelivery> deliveryValues;

    Journal(
            String endpoint,
            String progressTopic,
            String deliveriesTopic,
            Producer<byte[], byte[]> producer,
            Serializer<NotifyProgress> progressValues,
            Serializer<NotifyDelivery> deliveryValues) {
        this.endpoint = endpoint;
        this.progressTopic = progressTopic;
        this.deliveriesTopic = deliveriesTopic;
        this.producer = producer;
        this.progressValues = progressValues;
        this.deliveryValues = deliveryValues;
    }

    /** A settlement with the attempt that led to it; null where none was made. */
    record Entry(
            Settlement<LimitEvent> settlement, @Nullable FinishedAttempt finished) {}

    /** Rolls back what a process of the same name left open, and keeps it from writing any more. */
    void open() {
        producer.initTransactions();
    }

    /**
     * Stores entries and offsets.
     *
     * @param offsets of each partition that an entry is about, moved on or not: who does not own it any more is found
     *     out by them
     * @param disabledUrlHash written if an entry says that the receiver is gone
     */
    void store(
            List<Entry> entries,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group,
            String disabledUrlHash,
            Instant now) {
        producer.beginTransaction();
        for (Entry entry : entries) {
            Settlement<LimitEvent> settlement = entry.settlement();
            String account = settlement.event().account();
            int partition = settlement.event().partition();
            if (settlement.outcome() == Settlement.Outcome.DISABLED) {
                producer.send(new ProducerRecord<>(
                        progressTopic,
                        0,
                        ProgressKey.ofEndpoint(endpoint).bytes(),
                        progressValues.serialize(
                                progressTopic, DeliveryRecords.disabled(endpoint, disabledUrlHash, now))));
            } else {
                producer.send(new ProducerRecord<>(
                        progressTopic,
                        partition,
                        new ProgressKey(endpoint, account).bytes(),
                        progressValues.serialize(
                                progressTopic,
                                DeliveryRecords.progress(endpoint, account, settlement.progress(), now))));
            }
            producer.send(new ProducerRecord<>(
                    deliveriesTopic,
                    partition,
                    account.getBytes(StandardCharsets.UTF_8),
                    deliveryValues.serialize(
                            deliveriesTopic, DeliveryRecords.of(endpoint, settlement, entry.finished()))));
        }
        producer.sendOffsetsToTransaction(offsets, group);
        producer.commitTransaction();
    }
}
