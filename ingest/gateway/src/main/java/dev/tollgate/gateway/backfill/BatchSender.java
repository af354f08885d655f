package dev.tollgate.gateway.backfill;

import dev.tollgate.gateway.kafka.Delivery;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.schemas.avro.RequestEvent;
import java.util.Collections;
import java.util.List;

/** Where a backfill's batches go; {@link EventSender#send} is one. */
@FunctionalInterface
public interface BatchSender {
    /** Takes everything and sends nothing, for a run that only looks. */
    BatchSender NOWHERE = events -> Collections.nCopies(events.size(), Delivery.STORED);

    /**
     * Sends events in their order and waits for all of them.
     *
     * @return what became of each, in the same order
     */
    List<Delivery> send(List<RequestEvent> events);
}
