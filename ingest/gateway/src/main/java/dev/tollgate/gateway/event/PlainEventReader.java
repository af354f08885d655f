package dev.tollgate.gateway.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.gateway.event.EventProblem.Place;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.InputTime;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.planmodel.input.Rfc3339;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.text.ShortText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a request event out of a JSON object, under the names of the Avro contract ({@code account_id},
 * {@code occurred_at}, ...). Times are RFC 3339 texts with an offset or milliseconds since the epoch; below the
 * millisecond they are cut off. A {@code null} is the same as a field that is missing. Thread-safe.
 */
public final class PlainEventReader {
    static {
        AvroTypes.trust();
    }

    /** Characters of a name or value that the caller sent, in an answer. */
    private static final int MAX_SHOWN = 80;

    /** What an event may have, for those who misspelt one. */
    private static final String FIELDS =
            RequestEvent.SCHEMA$.getFields().stream().map(Schema.Field::name).collect(Collectors.joining(", "));

    /**
     * March 1973. As milliseconds a lower number is a time before there were APIs; as seconds it is today's, and the
     * most frequent mistake. Such an event would be counted in 1970 and limited by nothing.
     */
    private static final long EARLIEST_MILLIS = 100_000_000_000L;

    private final EventRules rules;
    private final InstantSource clock;

    public PlainEventReader(EventRules rules, InstantSource clock) {
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * Reads one event.
     *
     * @param node what stands where an event is expected; anything but an object is a problem
     * @param at pointer to it, empty for the whole document
     * @param madeId gives the id of an event that has none
     */
    public ReadEvent read(JsonNode node, String at, Supplier<String> madeId) {
        return read(node, at, Envelope.NONE, madeId);
    }

    ReadEvent read(JsonNode node, String at, Envelope envelope, Supplier<String> madeId) {
        if (!(node instanceof ObjectNode object)) {
            return new ReadEvent.Invalid(
                    envelope.id(), List.of(EventProblem.at(at, "an event must be a JSON object, was " + kind(node))));
        }
        return new Reading(object, at, envelope).read(madeId);
    }

    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case BOOLEAN -> "a boolean";
            case NULL, MISSING -> "null";
            case NUMBER -> "a number";
            case STRING -> "a text";
            default -> "an object";
        };
    }

    /**
     * A number without a fraction, however it is written: to JSON {@code 3}, {@code 3.0} and {@code 3e0} are the same,
     * and there are languages that have no other way to write it.
     *
     * @return null if it is none, or out of the range of {@code long}
     */
    private static @Nullable Long wholeNumber(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.canConvertToLong() ? value.longValue() : null;
        }
        if (!value.isNumber()) {
            return null;
        }
        BigDecimal number = value.decimalValue().stripTrailingZeros();
        // Looked at before it is converted: 1e999999 has a million digits.
        if (number.scale() > 0 || (long) number.precision() - number.scale() > 19) {
            return null;
        }
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            return null;
        }
    }

    private static String described(JsonNode value) {
        if (value.isTextual()) {
            return "the text '" + shown(value.textValue()) + "'";
        }
        return value.isNumber() ? shown(value.asText()) : kind(value);
    }

    /**
     * What is known of an event from outside its fields.
     *
     * @param accountPlace where the account id stands; there if the account id is
     */
    record Envelope(
            @Nullable String id,
            @Nullable String accountId,
            @Nullable Place accountPlace,
            @Nullable Instant occurredAt,
            @Nullable String producer) {
        static final Envelope NONE = new Envelope(null, null, null, null, null);
    }

    /** One event's fields on their way into the generated type, with the problems met. */
    private final class Reading {
        private final ObjectNode object;
        private final String at;
        private final Envelope envelope;
        private final List<EventProblem> problems = new ArrayList<>(0);
        private final RequestEvent event = new RequestEvent();
        private boolean isUnknownMet;

        Reading(ObjectNode object, String at, Envelope envelope) {
            this.object = object;
            this.at = at;
            this.envelope = envelope;
            event.setPhase(Phase.COMPLETED);
            event.setOutcome(Outcome.SUCCESS);
            event.setProducer("");
            event.setAttributes(Map.of());
        }

        ReadEvent read(Supplier<String> madeId) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (!field.getValue().isNull() || !isKnown(field.getKey())) {
                    read(field.getKey(), field.getValue());
                }
            }
            takeEnvelope();
            if (event.getEventId() == null && !object.hasNonNull("event_id")) {
                event.setEventId(madeId.get());
            }
            checkRequired("account_id", event.getAccountId());
            checkRequired("endpoint", event.getEndpoint());
            if (event.getOccurredAt() == null && !object.hasNonNull("occurred_at")) {
                if (rules.timeRequired()) {
                    problem("occurred_at", "is missing: an event out of a file must say when it happened");
                }
                event.setOccurredAt(Instant.ofEpochMilli(clock.instant().toEpochMilli()));
            }
            return problems.isEmpty()
                    ? new ReadEvent.Valid(event, accountPlace())
                    : new ReadEvent.Invalid(
                            object.path("event_id").isTextual() && event.getEventId() != null
                                    ? event.getEventId()
                                    : envelope.id(),
                            problems);
        }

        private Place accountPlace() {
            return envelope.accountPlace() == null || object.hasNonNull("account_id")
                    ? Place.at(at + "/account_id")
                    : envelope.accountPlace();
        }

        private boolean isKnown(String name) {
            return RequestEvent.SCHEMA$.getField(name) != null;
        }

        private void read(String name, JsonNode value) {
            int maxId = RequestEventRules.MAX_ID_CHARACTERS;
            switch (name) {
                case "event_id" -> event.setEventId(requiredText(name, value, maxId));
                case "account_id" -> event.setAccountId(requiredText(name, value, maxId));
                case "endpoint" -> event.setEndpoint(endpoint(name, value));
                case "project_id" -> event.setProjectId(optionalId(name, value, maxId));
                case "api_key_id" -> event.setApiKeyId(optionalId(name, value, maxId));
                case "producer" -> {
                    String producer = label(name, value, maxId);
                    event.setProducer(producer == null ? "" : producer);
                }
                case "occurred_at" -> {
                    Instant time = time(value);
                    if (time != null) {
                        event.setOccurredAt(time);
                    }
                }
                case "phase" -> event.setPhase(symbol(name, value, Phase.class, Phase.UNKNOWN));
                case "outcome" -> event.setOutcome(symbol(name, value, Outcome.class, Outcome.UNKNOWN));
                case "units" -> event.setUnits(count(name, value));
                case "input_tokens" -> event.setInputTokens(count(name, value));
                case "output_items" -> event.setOutputItems(count(name, value));
                case "duration_ms" -> event.setDurationMs(count(name, value));
                case "attributes" -> event.setAttributes(attributes(value));
                default -> {
                    if (rules.rejectUnknownFields()) {
                        // Which there are is said once; a batch of strange objects would make an answer many times
                        // its size.
                        problem(
                                name,
                                isUnknownMet
                                        ? "is not a field of a request event"
                                        : "is not a field of a request event; those are " + FIELDS);
                        isUnknownMet = true;
                    }
                }
            }
        }

        /**
         * Outer and inner values may both be there if they say the same; one that is missing is taken from the other.
         */
        private void takeEnvelope() {
            if (envelope.id() != null) {
                if (event.getEventId() != null && !event.getEventId().equals(envelope.id())) {
                    problem(
                            "event_id",
                            "must be the CloudEvent's identity '" + shown(envelope.id()) + "' or be left out");
                }
                event.setEventId(envelope.id());
            }
            if (envelope.accountId() != null) {
                if (event.getAccountId() == null && !object.hasNonNull("account_id")) {
                    event.setAccountId(envelope.accountId());
                } else if (event.getAccountId() != null && !event.getAccountId().equals(envelope.accountId())) {
                    problem(
                            "account_id",
                            "must be the CloudEvent's subject '" + shown(envelope.accountId()) + "' or be left out");
                }
            }
            if (envelope.occurredAt() != null && event.getOccurredAt() == null && !object.hasNonNull("occurred_at")) {
                event.setOccurredAt(envelope.occurredAt());
            }
            if (envelope.producer() != null && event.getProducer().isEmpty()) {
                event.setProducer(envelope.producer());
            }
        }

        private void checkRequired(String name, @Nullable String value) {
            if (value == null && !object.hasNonNull(name)) {
                problem(name, "is missing");
            }
        }

        private @Nullable String requiredText(String name, JsonNode value, int max) {
            String text = text(name, value);
            return text == null ? null : kept(text, InputText.required(name, text, max));
        }

        private @Nullable String endpoint(String name, JsonNode value) {
            String text = text(name, value);
            if (text == null) {
                return null;
            }
            String reduced = RequestTarget.reduced(text);
            return kept(reduced, InputText.required(name, reduced, RequestEventRules.MAX_ENDPOINT_CHARACTERS));
        }

        /** To clients that cannot leave out a text, the empty one is none. */
        private @Nullable String optionalId(String name, JsonNode value, int max) {
            String text = text(name, value);
            return text == null || text.isEmpty() ? null : kept(text, InputText.optional(name, text, max));
        }

        private @Nullable String label(String name, JsonNode value, int max) {
            String text = text(name, value);
            return text == null ? null : kept(text, InputText.label(name, text, max));
        }

        private @Nullable String text(String name, JsonNode value) {
            if (!value.isTextual()) {
                problem(name, "must be a text, was " + kind(value));
                return null;
            }
            return value.textValue();
        }

        private @Nullable String kept(String value, @Nullable Violation violation) {
            if (violation != null) {
                problem(violation.field(), violation.detail());
                return null;
            }
            return value;
        }

        private @Nullable Long count(String name, JsonNode value) {
            Long count = wholeNumber(value);
            if (count == null) {
                problem(name, "must be a whole number from 0 to " + Long.MAX_VALUE + ", was " + described(value));
                return null;
            }
            if (count < 0) {
                problem(name, "must be >= 0, was " + count);
                return null;
            }
            return count;
        }

        private @Nullable Instant time(JsonNode value) {
            String name = "occurred_at";
            Instant time;
            Long millis = wholeNumber(value);
            if (millis != null && millis >= 0 && millis < EARLIEST_MILLIS) {
                problem(name, "must be milliseconds since the epoch; " + millis + " looks like seconds");
                return null;
            }
            if (millis != null) {
                time = Instant.ofEpochMilli(millis);
            } else if (value.isTextual()) {
                try {
                    time = Rfc3339.parse(value.textValue());
                } catch (DateTimeException e) {
                    problem(
                            name,
                            "must be an RFC 3339 time with an offset, such as 2026-01-31T12:00:00.000Z, was '"
                                    + shown(value.textValue()) + "'");
                    return null;
                }
            } else {
                problem(name, "must be an RFC 3339 time or milliseconds since the epoch, was " + described(value));
                return null;
            }
            String timeProblem = timeProblem(time);
            if (timeProblem != null) {
                problem(name, timeProblem);
                return null;
            }
            return Instant.ofEpochMilli(time.toEpochMilli());
        }

        private <E extends Enum<E>> @Nullable E symbol(String name, JsonNode value, Class<E> type, E unknown) {
            for (E constant : type.getEnumConstants()) {
                if (constant != unknown && value.isTextual() && constant.name().equals(value.textValue())) {
                    return constant;
                }
            }
            List<String> allowed = new ArrayList<>();
            for (E constant : type.getEnumConstants()) {
                if (constant != unknown) {
                    allowed.add(constant.name());
                }
            }
            problem(
                    name,
                    "must be one of " + String.join(", ", allowed) + ", was "
                            + (value.isTextual() ? "'" + shown(value.textValue()) + "'" : kind(value)));
            return null;
        }

        private Map<String, String> attributes(JsonNode value) {
            if (!value.isObject()) {
                problem("attributes", "must be an object of texts, was " + kind(value));
                return Map.of();
            }
            if (value.size() > RequestEventRules.MAX_ATTRIBUTES) {
                problem(
                        "attributes",
                        "must have at most " + RequestEventRules.MAX_ATTRIBUTES + " entries, has " + value.size());
                return Map.of();
            }
            Map<String, String> attributes = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                String place = "attributes/" + escaped(entry.getKey());
                Violation name = RequestEventRules.attributeName(entry.getKey());
                if (name != null) {
                    problem(place, "the attribute's name " + name.detail());
                } else {
                    String text = label(place, entry.getValue(), RequestEventRules.MAX_ATTRIBUTE_VALUE_CHARACTERS);
                    if (text != null) {
                        attributes.put(entry.getKey(), text);
                    }
                }
            }
            return attributes;
        }

        private void problem(String field, String detail) {
            if (problems.size() < EventRules.maxProblems()) {
                problems.add(
                        EventProblem.at(at + "/" + (field.startsWith("attributes/") ? field : escaped(field)), detail));
            }
        }
    }

    /** What is wrong with an event time, or null. */
    @Nullable
    String timeProblem(Instant time) {
        Violation violation;
        if (time.isBefore(RequestEventRules.EARLIEST) || time.isAfter(RequestEventRules.LATEST)) {
            violation = InputTime.outOfRange("occurred_at", time);
        } else {
            long now = clock.instant().toEpochMilli();
            violation = rules.maxAhead().violation(time, now);
            if (violation == null) {
                violation = rules.maxAge().violation(time, now);
            }
        }
        return violation == null ? null : violation.detail();
    }

    /** A reference token of RFC 6901, cut to a length that an answer can bear. */
    static String escaped(String name) {
        return percentEncoded(shown(name).replace("~", "~0").replace("/", "~1"));
    }

    static String shown(String text) {
        return ShortText.shown(text, MAX_SHOWN);
    }

    /** A pointer in a fragment may hold what RFC 3986 allows there; all else is percent-encoded UTF-8. */
    private static String percentEncoded(String token) {
        StringBuilder encoded = null;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~!$&'()*+,;=:@".indexOf(c) >= 0);
            if (!plain && encoded == null) {
                encoded = new StringBuilder(token.substring(0, i));
            }
            if (encoded != null) {
                if (plain) {
                    encoded.append(c);
                } else {
                    int codePoint = token.codePointAt(i);
                    i += Character.charCount(codePoint) - 1;
                    for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
                        encoded.append(String.format("%%%02X", b));
                    }
                }
            }
        }
        return encoded == null ? token : encoded.toString();
    }
}
