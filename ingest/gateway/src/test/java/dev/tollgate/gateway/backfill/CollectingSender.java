package dev.tollgate.gateway.backfill;

import dev.tollgate.gateway.kafka.Delivery;
import dev.tollgate.schemas.avro.RequestEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Takes all events and keeps them, as a Kafka that never fails would. */
final class CollectingSender implements BatchSender {
    final List<RequestEvent> events = new ArrayList<>();

    @Override
    public List<Delivery> send(List<RequestEvent> batch) {
        events.addAll(batch);
        return Collections.nCopies(batch.size(), Delivery.STORED);
    }

    List<String> accounts() {
        return events.stream().map(RequestEvent::getAccountId).toList();
    }

    List<String> endpoints() {
        return events.stream().map(RequestEvent::getEndpoint).toList();
    }
}
