package dev.tollgate.gateserver.check;

import dev.tollgate.gate.Call;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.event.DeliveryListener;
import org.jspecify.annotations.Nullable;

/** Publishes the events of calls. Thread-safe; does not wait for Kafka and does not throw. */
public interface Recorder {
    /**
     * Publishes an event.
     *
     * @param eventId its id; null to let one be made
     * @param delivery is told what becomes of it
     */
    void record(Call call, @Nullable String eventId, Outcome outcome, DeliveryListener delivery);
}
