package dev.tollgate.schemas.event;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputRule;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.RequestFields;
import dev.tollgate.planmodel.input.RequestRules;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of the fields of a {@link RequestEvent}, as the docs of its schema state them. What counts is checked by
 * the engine's own {@link RequestRules}, so that an event which keeps them is never dead-lettered for its form; what is
 * for reports only is checked here. Characters are UTF-16 units, as {@link String#length()} counts them.
 */
public final class RequestEventRules {
    /** Longest event, account, project and key id, and longest producer name. */
    public static final int MAX_ID_CHARACTERS = Bounds.MAX_ID_CHARACTERS;

    public static final int MAX_ENDPOINT_CHARACTERS = Bounds.MAX_ENDPOINT_CHARACTERS;
    public static final int MAX_ATTRIBUTES = 16;
    public static final int MAX_ATTRIBUTE_KEY_CHARACTERS = 64;
    public static final int MAX_ATTRIBUTE_VALUE_CHARACTERS = 256;
    /** The earliest event time, inclusive. */
    public static final Instant EARLIEST = Instant.EPOCH;
    /**
     * The last moment that a calendar of four-digit years can show, inclusive; reports could not do with later ones.
     */
    public static final Instant LATEST = Instant.ofEpochMilli(Bounds.MAX_TIME_MILLIS);

    private RequestEventRules() {}

    /**
     * Every rule that an event breaks, in the order of the schema's fields; empty if it keeps them all. The generated
     * type's getters may still return null for fields that were never set, which is a violation for those without a
     * default.
     */
    public static List<Violation> check(RequestEvent event) {
        List<Violation> found = form(event, true, 0);
        if (event.getAttributes() == null) {
            found = plus(found, new Violation("attributes", InputRule.PRESENCE, "must be a map, was missing"));
        }
        return found;
    }

    /**
     * As {@link #check(RequestEvent)}, for who still fills in what is missing before the event is written: an event id
     * that is null or empty, and time, phase, outcome and attributes that are null, are no violations. The event must
     * be neither too old nor of the future.
     *
     * @param maxAge how far its time may lie back
     * @param maxAhead how far it may lie ahead
     * @param now milliseconds since the epoch
     */
    public static List<Violation> checkBeforeFilling(
            RequestEvent event, MaxEventAge maxAge, MaxEventAhead maxAhead, long now) {
        List<Violation> found = form(event, false, now);
        Instant time = event.getOccurredAt();
        if (time != null && !time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
            found = plus(found, maxAge.violation(time, now));
            found = plus(found, maxAhead.violation(time, now));
        }
        return found;
    }

    /** The form of an event: what counts by the rules of the engine, and what is for reports only. */
    private static List<Violation> form(RequestEvent event, boolean isFilled, long now) {
        List<Violation> found = RequestRules.check(new Fields(event, isFilled, now));
        if (event.getOccurredAt() == null && isFilled) {
            found = plus(found, new Violation("occurred_at", InputRule.PRESENCE, "must be a time, was missing"));
        }
        found = plus(found, RequestRules.notNegative("duration_ms", event.getDurationMs()));
        found = plus(found, InputText.label("producer", event.getProducer(), MAX_ID_CHARACTERS));
        Map<String, String> attributes = event.getAttributes();
        return attributes == null || attributes.isEmpty() ? found : attributes(found, attributes);
    }

    private static List<Violation> plus(List<Violation> found, @Nullable Violation violation) {
        if (violation == null) {
            return found;
        }
        List<Violation> longer = found.isEmpty() ? new ArrayList<>() : found;
        longer.add(violation);
        return longer;
    }

    private static List<Violation> attributes(List<Violation> before, Map<String, String> attributes) {
        if (attributes.size() > MAX_ATTRIBUTES) {
            return plus(
                    before,
                    new Violation(
                            "attributes",
                            InputRule.COUNT,
                            "must have at most " + MAX_ATTRIBUTES + " entries, has " + attributes.size()));
        }
        List<Violation> found = before;
        for (Map.Entry<String, String> entry : attributes.entrySet()) {
            Violation name = attributeName(entry.getKey());
            if (name != null) {
                found = plus(
                        found,
                        new Violation(
                                "attributes",
                                name.rule(),
                                "must not break a rule: the name of an attribute " + name.detail()));
                continue;
            }
            Violation value = entry.getValue() == null
                    ? new Violation("value", InputRule.PRESENCE, "must be a text, was missing")
                    : InputText.label("value", entry.getValue(), MAX_ATTRIBUTE_VALUE_CHARACTERS);
            if (value != null) {
                found = plus(
                        found,
                        new Violation(
                                "attributes",
                                value.rule(),
                                "must not break a rule: the value of an attribute " + value.detail()));
            }
        }
        return found;
    }

    /** What is wrong with the name of an attribute; null if nothing. */
    public static @Nullable Violation attributeName(@Nullable String name) {
        return InputText.required("attributes", name, MAX_ATTRIBUTE_KEY_CHARACTERS);
    }

    /**
     * The fields that count, with stand-ins for what is missing and is filled in, or reported, by somebody else.
     *
     * @param now event time of an event that has none
     */
    private record Fields(RequestEvent event, boolean isFilled, long now) implements RequestFields {
        @Override
        public @Nullable String eventId() {
            String id = event.getEventId();
            return isFilled || (id != null && !id.isEmpty()) ? id : "-";
        }

        @Override
        public @Nullable String accountId() {
            return event.getAccountId();
        }

        @Override
        public @Nullable String projectId() {
            return event.getProjectId();
        }

        @Override
        public @Nullable String apiKeyId() {
            return event.getApiKeyId();
        }

        @Override
        public @Nullable String endpoint() {
            String endpoint = event.getEndpoint();
            return endpoint == null ? null : RequestTarget.reduced(endpoint);
        }

        @Override
        public long occurredAtMillis() {
            Instant time = event.getOccurredAt();
            return time == null ? now : millis(time);
        }

        /** Beyond what milliseconds can say, one time is as impossible as another. */
        private static long millis(Instant time) {
            try {
                return time.toEpochMilli();
            } catch (ArithmeticException e) {
                return time.isBefore(EARLIEST) ? Long.MIN_VALUE : Long.MAX_VALUE;
            }
        }

        @Override
        public boolean isPhaseKnown() {
            return event.getPhase() == null ? !isFilled : event.getPhase() != Phase.UNKNOWN;
        }

        @Override
        public boolean isOutcomeKnown() {
            return event.getOutcome() == null ? !isFilled : event.getOutcome() != Outcome.UNKNOWN;
        }

        @Override
        public @Nullable Long units() {
            return event.getUnits();
        }

        @Override
        public @Nullable Long inputTokens() {
            return event.getInputTokens();
        }

        @Override
        public @Nullable Long outputItems() {
            return event.getOutputItems();
        }
    }
}
