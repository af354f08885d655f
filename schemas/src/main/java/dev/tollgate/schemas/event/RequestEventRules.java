package dev.tollgate.schemas.event;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of the fields of a {@link RequestEvent}, as the docs of its schema state them. An event that keeps them is
 * never dead-lettered for its form. Characters are UTF-16 units, as {@link String#length()} counts them.
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
        return check(event, null, 0);
    }

    /**
     * As {@link #check(RequestEvent)}, for who still fills in what is missing before the event is written: an event id
     * that is null or empty, and time, phase, outcome and attributes that are null, are no violations. The event must
     * not be too old.
     *
     * @param maxAge how far its time may lie back
     * @param now milliseconds since the epoch
     */
    public static List<Violation> checkBeforeFilling(RequestEvent event, MaxEventAge maxAge, long now) {
        return check(event, maxAge, now);
    }

    /** @param maxAge null if the event is filled and its age no matter */
    private static List<Violation> check(RequestEvent event, @Nullable MaxEventAge maxAge, long now) {
        boolean isFilled = maxAge == null;
        List<Violation> found = new ArrayList<>(0);
        if (isFilled || (event.getEventId() != null && !event.getEventId().isEmpty())) {
            requiredText(found, "event_id", event.getEventId(), MAX_ID_CHARACTERS);
        }
        requiredText(found, "account_id", event.getAccountId(), MAX_ID_CHARACTERS);
        optionalText(found, "project_id", event.getProjectId(), MAX_ID_CHARACTERS);
        optionalText(found, "api_key_id", event.getApiKeyId(), MAX_ID_CHARACTERS);
        requiredText(found, "endpoint", event.getEndpoint(), MAX_ENDPOINT_CHARACTERS);
        if (isFilled || event.getOccurredAt() != null) {
            time(found, event.getOccurredAt());
        }
        if (maxAge != null && event.getOccurredAt() != null) {
            String problem = maxAge.problem(event.getOccurredAt(), now);
            if (problem != null) {
                found.add(new Violation("occurred_at", Rule.AGE, problem));
            }
        }
        if (event.getPhase() == null ? isFilled : event.getPhase() == Phase.UNKNOWN) {
            found.add(new Violation("phase", Rule.SYMBOL, "must be COMPLETED or STARTED, was " + event.getPhase()));
        }
        if (event.getOutcome() == null ? isFilled : event.getOutcome() == Outcome.UNKNOWN) {
            found.add(new Violation(
                    "outcome",
                    Rule.SYMBOL,
                    "must be SUCCESS, AUTH_FAILED, INVALID, LIMITED or SERVER_ERROR, was " + event.getOutcome()));
        }
        notNegative(found, "units", event.getUnits());
        notNegative(found, "input_tokens", event.getInputTokens());
        notNegative(found, "output_items", event.getOutputItems());
        notNegative(found, "duration_ms", event.getDurationMs());
        optionalText(found, "producer", event.getProducer(), MAX_ID_CHARACTERS);
        if (isFilled || event.getAttributes() != null) {
            attributes(found, event.getAttributes());
        }
        return found;
    }

    /**
     * What is wrong with a text that must be there, as the end of a sentence that begins with the field's name; null if
     * nothing.
     *
     * @param max most characters allowed
     */
    public static @Nullable String textProblem(@Nullable String value, int max) {
        if (value == null || value.isBlank()) {
            return "must be 1 to " + max + " characters, was " + (value == null ? "missing" : "blank");
        }
        return optionalTextProblem(value, max);
    }

    /** As {@link #textProblem} for a text that may be missing or empty. */
    public static @Nullable String optionalTextProblem(@Nullable String value, int max) {
        if (value == null) {
            return null;
        }
        if (value.length() > max) {
            return "must be at most " + max + " characters, was " + value.length();
        }
        // UTF-8 has no form for half a surrogate pair: the encoder would put '?' in its place, and two ids would become
        // one.
        return hasLoneSurrogate(value) ? "must be Unicode text, has half a surrogate pair" : null;
    }

    /** Which rule a text broke that {@link #textProblem} or {@link #optionalTextProblem} has a problem with. */
    private static Rule textRule(@Nullable String value, int max) {
        if (value != null && value.length() > max) {
            return Rule.LENGTH;
        }
        return value == null || value.isBlank() ? Rule.PRESENCE : Rule.UNICODE;
    }

    private static void requiredText(List<Violation> found, String field, @Nullable String value, int max) {
        String problem = textProblem(value, max);
        if (problem != null) {
            found.add(new Violation(field, textRule(value, max), problem));
        }
    }

    private static void optionalText(List<Violation> found, String field, @Nullable String value, int max) {
        String problem = optionalTextProblem(value, max);
        if (problem != null) {
            found.add(new Violation(field, textRule(value, max), problem));
        }
    }

    private static void notNegative(List<Violation> found, String field, @Nullable Long value) {
        if (value != null && value < 0) {
            found.add(new Violation(field, Rule.SIGN, "must be >= 0, was " + value));
        }
    }

    private static void time(List<Violation> found, @Nullable Instant occurredAt) {
        if (occurredAt == null) {
            found.add(new Violation("occurred_at", Rule.PRESENCE, "must be a time, was missing"));
        } else if (occurredAt.isBefore(EARLIEST) || occurredAt.isAfter(LATEST)) {
            found.add(new Violation(
                    "occurred_at",
                    Rule.TIME_RANGE,
                    "must be from " + EARLIEST + " to " + LATEST + ", was " + occurredAt));
        }
    }

    private static void attributes(List<Violation> found, @Nullable Map<String, String> attributes) {
        if (attributes == null) {
            found.add(new Violation("attributes", Rule.PRESENCE, "must be a map, was missing"));
            return;
        }
        if (attributes.size() > MAX_ATTRIBUTES) {
            found.add(new Violation(
                    "attributes",
                    Rule.COUNT,
                    "must have at most " + MAX_ATTRIBUTES + " entries, has " + attributes.size()));
            return;
        }
        attributes.forEach((name, value) -> {
            String problem = textProblem(name, MAX_ATTRIBUTE_KEY_CHARACTERS);
            if (problem != null) {
                found.add(new Violation(
                        "attributes",
                        textRule(name, MAX_ATTRIBUTE_KEY_CHARACTERS),
                        "must not break a rule: the name of an attribute " + problem));
                return;
            }
            problem = value == null
                    ? "must be a text, was missing"
                    : optionalTextProblem(value, MAX_ATTRIBUTE_VALUE_CHARACTERS);
            if (problem != null) {
                found.add(new Violation(
                        "attributes",
                        textRule(value, MAX_ATTRIBUTE_VALUE_CHARACTERS),
                        "must not break a rule: the value of an attribute " + problem));
            }
        });
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** What a rule is about; bounded, so that rejections can be counted by it. */
    public enum Rule {
        /** A field that must be there is missing or blank. */
        PRESENCE,
        /** A text is too long. */
        LENGTH,
        /** A text is no Unicode text. */
        UNICODE,
        /** A number is below zero. */
        SIGN,
        /** Phase or outcome is missing or {@code UNKNOWN}, which is a reader's word and never a publisher's. */
        SYMBOL,
        /** The event time is before 1970 or after the year 9999. */
        TIME_RANGE,
        /** The event time lies further back than {@link MaxEventAge} allows. */
        AGE,
        /** There are too many attributes. */
        COUNT
    }

    /**
     * A broken rule.
     *
     * @param field name in the schema, for example {@code account_id}
     * @param rule what it is about
     * @param detail what is allowed and what was found, to follow the field's name
     */
    public record Violation(String field, Rule rule, String detail) {
        /** The whole sentence: {@code units must be >= 0, was -1}. */
        public String sentence() {
            return field + " " + detail;
        }
    }
}
