package dev.tollgate.streams;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/**
 * The meters of Kafka Streams and its clients, of the one {@link KafkaStreams} that runs. Those of the one before go
 * when another one is bound: their tags hold client ids that do not come back. Thread-safe.
 */
final class KafkaStreamsMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private @Nullable KafkaStreamsMetrics present;

    KafkaStreamsMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers the meters of this one in place of those of the one before. */
    synchronized void bind(KafkaStreams streams) {
        close();
        KafkaStreamsMetrics binder = new KafkaStreamsMetrics(streams);
        present = binder;
        binder.bindTo(registry);
    }

    /** Takes the meters back. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        KafkaStreamsMetrics binder = present;
        present = null;
        if (binder != null) {
            binder.close();
        }
    }
}
