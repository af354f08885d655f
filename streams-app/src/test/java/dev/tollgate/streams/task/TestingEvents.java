package dev.tollgate.streams.task;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageCarry;
import java.time.Instant;
import java.util.Map;

/** Input records that the tests agree on: complete and sound, to be changed by each test. */
public final class TestingEvents {
    static {
        // Builders read defaults, and with them generated types, before any serializer is made.
        AvroTypes.trust();
    }

    private TestingEvents() {}

    /** A successful call of an endpoint that costs 1 of everything. */
    public static RequestEvent request(String accountId, String eventId, Instant occurredAt) {
        return RequestEvent.newBuilder()
                .setEventId(eventId)
                .setAccountId(accountId)
                .setProjectId(null)
                .setApiKeyId(null)
                .setEndpoint("/v2/notes")
                .setOccurredAt(occurredAt)
                .setPhase(Phase.COMPLETED)
                .setOutcome(Outcome.SUCCESS)
                .setProducer("test")
                .setAttributes(Map.of())
                .build();
    }

    /** An assignment that holds from a moment on. */
    public static AccountEvent assignment(String accountId, String commandId, String planId, Instant effectiveAt) {
        return command(accountId, commandId, AccountEventType.PLAN_ASSIGNED, effectiveAt)
                .setPlanId(planId)
                .build();
    }

    public static AccountEvent.Builder command(
            String accountId, String commandId, AccountEventType type, Instant effectiveAt) {
        return AccountEvent.newBuilder()
                .setCommandId(commandId)
                .setAccountId(accountId)
                .setType(type)
                .setEffectiveAt(effectiveAt)
                .setIssuedAt(effectiveAt)
                .setUsageCarry(UsageCarry.KEEP);
    }
}
