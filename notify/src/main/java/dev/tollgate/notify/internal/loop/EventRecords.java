package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.lane.PendingEvent;
import dev.tollgate.notify.status.EventFate;
import dev.tollgate.schemas.avro.LimitEvent;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records of {@code limit-events} as pending events of one endpoint. */
final class EventRecords {
    private static final Logger log = LoggerFactory.getLogger(EventRecords.class);

    private final Deserializer<LimitEvent> values;
    private final Predicate<LimitEvent> filter;

    EventRecords(Deserializer<LimitEvent> values, Predicate<LimitEvent> filter) {
        this.values = values;
        this.filter = filter;
    }

    /** What a record is; the event only if it is one that is sent. */
    record Read(EventFate fate, @Nullable PendingEvent<LimitEvent> event) {}

    /**
     * A record that cannot be decoded is told in the log and passed: nobody can send it, and waiting would keep every
     * other account's messages back.
     *
     * @throws dev.tollgate.schemas.registry.RegistryUnavailableException if the registry does not answer
     */
    Read read(ConsumerRecord<byte[], byte[]> polled) {
        @Nullable LimitEvent event;
        try {
            event = values.deserialize(polled.topic(), polled.value());
        } catch (SerializationException e) {
            return undecodable(polled, e);
        }
        if (event == null) {
            return undecodable(polled, new SerializationException("it has no value"));
        }
        if (!filter.test(event)) {
            return new Read(EventFate.FILTERED, null);
        }
        return new Read(
                EventFate.TAKEN,
                new PendingEvent<>(
                        polled.partition(),
                        polled.offset(),
                        event.getAccountId(),
                        event.getVersion(),
                        event.getLimitEventId(),
                        event.getClearedEventId(),
                        polled.timestamp(),
                        event));
    }

    private static Read undecodable(ConsumerRecord<byte[], byte[]> polled, SerializationException cause) {
        log.error(
                "limit event cannot be decoded and is not sent: topic={} partition={} offset={}",
                polled.topic(),
                polled.partition(),
                polled.offset(),
                cause);
        return new Read(EventFate.UNDECODABLE, null);
    }
}
