package dev.tollgate.gateserver.server;

import dev.tollgate.gate.Call;
import dev.tollgate.gateserver.check.Recorder;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.event.DeliveryListener;
import org.jspecify.annotations.Nullable;

/** Records with the publisher, which does not wait for Kafka and counts what it loses. */
public record PublishingRecorder(RequestEventPublisher publisher) implements Recorder {
    @Override
    public void record(Call call, @Nullable String eventId, Outcome outcome, DeliveryListener delivery) {
        UsageCall event = UsageCall.of(call.accountId(), call.endpoint())
                .project(call.projectId())
                .apiKey(call.apiKeyId())
                .outcome(outcome)
                .onDelivery(delivery);
        publisher.publish(eventId == null ? event : event.eventId(eventId));
    }
}
