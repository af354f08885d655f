package dev.tollgate.publisher;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bounds that the contract of {@code RequestEvent} states, checked before an event costs anything. */
final class EventRules {
    static final int MAX_ID_CHARACTERS = 128;
    static final int MAX_ENDPOINT_CHARACTERS = 512;
    static final int MAX_ATTRIBUTES = 16;
    static final int MAX_ATTRIBUTE_KEY_CHARACTERS = 64;
    static final int MAX_ATTRIBUTE_VALUE_CHARACTERS = 256;

    private static final Instant FIRST = Instant.EPOCH;
    /** The last moment that a calendar of four-digit years can show; reports could not do with later ones. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private EventRules() {}

    /** The first rule that an event breaks, or null. A missing event id or time is no violation: both get filled in. */
    static @Nullable Violation check(RequestEvent event) {
        String account = event.getAccountId();
        if (account == null || account.isBlank()) {
            return new Violation(RejectionReason.ACCOUNT_MISSING, "account_id must be 1 to 128 characters, was blank");
        }
        String endpoint = event.getEndpoint();
        if (endpoint == null || endpoint.isBlank()) {
            return new Violation(RejectionReason.ENDPOINT_MISSING, "endpoint must be 1 to 512 characters, was blank");
        }
        Violation violation = tooLong("account_id", account, MAX_ID_CHARACTERS);
        violation = violation != null ? violation : tooLong("endpoint", endpoint, MAX_ENDPOINT_CHARACTERS);
        violation = violation != null ? violation : tooLong("event_id", event.getEventId(), MAX_ID_CHARACTERS);
        violation = violation != null ? violation : tooLong("project_id", event.getProjectId(), MAX_ID_CHARACTERS);
        violation = violation != null ? violation : tooLong("api_key_id", event.getApiKeyId(), MAX_ID_CHARACTERS);
        violation = violation != null ? violation : tooLong("producer", event.getProducer(), MAX_ID_CHARACTERS);
        violation = violation != null ? violation : negative("units", event.getUnits());
        violation = violation != null ? violation : negative("input_tokens", event.getInputTokens());
        violation = violation != null ? violation : negative("output_items", event.getOutputItems());
        violation = violation != null ? violation : negative("duration_ms", event.getDurationMs());
        violation = violation != null ? violation : symbols(event.getPhase(), event.getOutcome());
        violation = violation != null ? violation : time(event.getOccurredAt());
        return violation != null ? violation : attributes(event.getAttributes());
    }

    private static @Nullable Violation tooLong(String field, @Nullable String value, int max) {
        return value == null || value.length() <= max
                ? null
                : new Violation(
                        RejectionReason.TEXT_TOO_LONG,
                        field + " must be at most " + max + " characters, was " + value.length());
    }

    private static @Nullable Violation negative(String field, @Nullable Long value) {
        return value == null || value >= 0
                ? null
                : new Violation(RejectionReason.NUMBER_NEGATIVE, field + " must be >= 0, was " + value);
    }

    private static @Nullable Violation symbols(@Nullable Phase phase, @Nullable Outcome outcome) {
        return phase == Phase.UNKNOWN || outcome == Outcome.UNKNOWN
                ? new Violation(
                        RejectionReason.SYMBOL_UNKNOWN,
                        "phase and outcome must not be UNKNOWN, were " + phase + " and " + outcome)
                : null;
    }

    private static @Nullable Violation time(@Nullable Instant occurredAt) {
        return occurredAt == null || (!occurredAt.isBefore(FIRST) && !occurredAt.isAfter(LAST))
                ? null
                : new Violation(
                        RejectionReason.TIME_OUT_OF_RANGE,
                        "occurred_at must be from " + FIRST + " to " + LAST + ", was " + occurredAt);
    }

    private static @Nullable Violation attributes(@Nullable Map<String, String> attributes) {
        if (attributes == null || attributes.isEmpty()) {
            return null;
        }
        if (attributes.size() > MAX_ATTRIBUTES) {
            return new Violation(
                    RejectionReason.TOO_MANY_ATTRIBUTES,
                    "attributes must be at most " + MAX_ATTRIBUTES + " entries, were " + attributes.size());
        }
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            Violation violation = tooLong("attribute name", attribute.getKey(), MAX_ATTRIBUTE_KEY_CHARACTERS);
            violation = violation != null
                    ? violation
                    : tooLong("attribute value", attribute.getValue(), MAX_ATTRIBUTE_VALUE_CHARACTERS);
            if (violation != null) {
                return violation;
            }
        }
        return null;
    }

    /** A broken rule, in words for the one who published. */
    record Violation(RejectionReason reason, String detail) {}
}
