package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Stands where a gate stands: reads limit events uncommitted and notes when each block became readable. The time from
 * the broker's append of the crossing event until then is the block latency; both are read from the same machine's
 * clock.
 */
final class BlockLatencyProbe implements AutoCloseable {
    private final Consumer<String, LimitEvent> consumer;
    private final Thread thread;
    private final List<Sighting> sightings = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    BlockLatencyProbe(KafkaAccess kafka, SchemaRegistryClient registry) {
        consumer = kafka.consumer(LimitEvent.class, registry, false);
        List<TopicPartition> partitions = consumer.partitionsFor(kafka.layout().name(Topic.LIMIT_EVENTS)).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        // The positions must be fixed before the first event is published.
        partitions.forEach(consumer::position);
        thread = Thread.ofPlatform().name("block-latency-probe").daemon().start(this::run);
    }

    private void run() {
        try {
            while (true) {
                for (ConsumerRecord<String, LimitEvent> record : consumer.poll(Duration.ofSeconds(1))) {
                    note(record.value(), System.currentTimeMillis());
                }
            }
        } catch (WakeupException e) {
            // close() asked to stop.
        } finally {
            consumer.close();
        }
    }

    private synchronized void note(LimitEvent event, long now) {
        boolean crossing = event.getKind() == LimitEventKind.HARD_LIMIT_REACHED && event.getCrossingOffset() != null;
        if (crossing && seen.add(event.getLimitEventId())) {
            sightings.add(new Sighting(event.getCrossingPartition(), event.getCrossingOffset(), now));
        }
    }

    /**
     * Latencies in milliseconds of the blocks whose crossing event lies in a part of the log.
     *
     * @param appendedAtMillis append time by partition and offset, of the events that count
     */
    synchronized Histogram latencies(Map<Position, Long> appendedAtMillis) {
        Histogram histogram = new Histogram(3);
        for (Sighting sighting : sightings) {
            Long appended = appendedAtMillis.get(new Position(sighting.partition(), sighting.offset()));
            if (appended != null) {
                histogram.recordValue(Math.max(0, sighting.seenAtMillis() - appended));
            }
        }
        return histogram;
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where a record stands in request-events. */
    record Position(int partition, long offset) {}

    private record Sighting(int partition, long offset, long seenAtMillis) {}
}
