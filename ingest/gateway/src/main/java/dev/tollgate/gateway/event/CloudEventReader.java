package dev.tollgate.gateway.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.gateway.event.EventProblem.Place;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.Rfc3339;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.event.RequestEventRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns CloudEvents 1.0 into request events: {@code id} is the event id, {@code subject} the account, {@code time} the
 * event time and {@code source} the producer, where the data do not say so themselves; the data are the remaining
 * fields as a JSON object. Thread-safe.
 *
 * <p>Without the SDK: it stops at the first problem, names no place in the body and leaves the decoding of headers to
 * its caller, so that all its checks would have to be made before it is asked.
 */
final class CloudEventReader {
    private static final String SPEC_VERSION = "1.0";
    private static final List<String> MANDATORY = List.of("specversion", "id", "source", "type");
    private static final Set<String> CONTEXT =
            Set.of("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema");
    private static final Pattern EXTENSION_NAME = Pattern.compile("[a-z0-9]+");
    private static final String DATA = "data";
    private static final String DATA_BASE64 = "data_base64";
    private static final String HEADER_PREFIX = "ce-";
    private static final String CONTENT_TYPE = "content-type";

    private final PlainEventReader plain;
    private final EventRules rules;
    private final JsonDocuments documents;

    CloudEventReader(PlainEventReader plain, EventRules rules, JsonDocuments documents) {
        this.plain = plain;
        this.rules = rules;
        this.documents = documents;
    }

    /** Reads an event in the JSON format. */
    ReadEvent readStructured(JsonNode node, String at) {
        if (!(node instanceof ObjectNode object)) {
            return new ReadEvent.Invalid(
                    null,
                    List.of(EventProblem.at(
                            at, "a CloudEvent must be a JSON object, was " + PlainEventReader.kind(node))));
        }
        Attributes attributes = new Attributes(name -> Place.at(at + "/" + name));
        object.properties().forEach(field -> take(field.getKey(), field.getValue(), attributes));
        attributes.check();
        return read(attributes, data(object, attributes, at));
    }

    private Data data(ObjectNode object, Attributes attributes, String at) {
        String dataAt = at + "/" + DATA;
        String base64At = at + "/" + DATA_BASE64;
        String contentType = attributes.get("datacontenttype");
        if (object.hasNonNull(DATA_BASE64)) {
            if (object.has(DATA)) {
                attributes.problem(DATA_BASE64, "must be left out where there is 'data'");
            } else {
                byte[] bytes = base64(object.path(DATA_BASE64));
                if (bytes == null) {
                    attributes.problem(DATA_BASE64, "must be a text in Base64 (RFC 4648, section 4)");
                    return Data.unknown(base64At);
                }
                return data(bytes, contentType, base64At);
            }
        }
        EventProblem problem = contentProblem(contentType, dataAt);
        if (problem != null) {
            return Data.wrong(dataAt, problem);
        }
        return object.hasNonNull(DATA) ? Data.of(dataAt, object.path(DATA)) : Data.missing(dataAt);
    }

    private static void take(String name, JsonNode value, Attributes attributes) {
        // The JSON format allows a null for what is not set.
        if (value.isNull() || name.equals(DATA) || name.equals(DATA_BASE64)) {
            return;
        }
        if (value.isTextual()) {
            attributes.given(name, value.textValue());
        } else if (!CONTEXT.contains(name) && (value.isNumber() || value.isBoolean())) {
            attributes.given(name, value.asText());
        } else {
            attributes.wrong(name, "must be a text, was " + PlainEventReader.kind(value));
        }
    }

    /**
     * Reads an event in binary mode: attributes in {@code ce-} headers, data in the body.
     *
     * @param headers each header's values, by its name in lower case
     */
    ReadEvent readBinary(Map<String, List<String>> headers, byte[] body) {
        Attributes attributes = new Attributes(name -> Place.inHeader(HEADER_PREFIX + name));
        headers.forEach((header, values) -> {
            if (header.startsWith(HEADER_PREFIX)) {
                String name = header.substring(HEADER_PREFIX.length());
                String value = values.size() == 1 ? HeaderValue.decoded(values.getFirst()) : null;
                if (value != null) {
                    attributes.given(name, value);
                } else {
                    attributes.wrong(
                            name, values.size() == 1 ? "must be percent-encoded UTF-8" : "must be there once only");
                }
            }
        });
        attributes.check();
        List<String> contentTypes = headers.getOrDefault(CONTENT_TYPE, List.of());
        String contentType = contentTypes.isEmpty() ? attributes.get("datacontenttype") : contentTypes.getLast();
        return read(attributes, data(body, contentType, ""));
    }

    private ReadEvent read(Attributes attributes, Data data) {
        String type = attributes.get("type");
        if (type != null && !type.equals(rules.eventType())) {
            attributes.problem("type", "must be " + rules.eventType() + ", was '" + PlainEventReader.shown(type) + "'");
        }
        String id = identity(attributes);
        attributes.problemIfAny("id", InputText.required("id", id, RequestEventRules.MAX_ID_CHARACTERS));
        String subject = attributes.get("subject");
        // Where it is there it must say something: CloudEvents 1.0, and the account is no account otherwise.
        if (subject != null
                && attributes.problemIfAny(
                        "subject", InputText.required("subject", subject, RequestEventRules.MAX_ID_CHARACTERS))) {
            subject = null;
        }
        String timeText = attributes.get("time");
        Instant time = timeText == null ? null : Rfc3339.parse(timeText);
        if (time != null && attributes.problemIfAny("time", plain.timeProblem(time))) {
            time = null;
        }
        if (data.problem() != null) {
            attributes.problems.add(data.problem());
        }
        JsonNode fields = data.node();
        if (fields == null) {
            return attributes.invalid();
        }
        PlainEventReader.Envelope envelope = new PlainEventReader.Envelope(
                attributes.isSound("id") ? id : null,
                subject,
                subject == null ? null : attributes.placer.place("subject"),
                time == null ? null : Instant.ofEpochMilli(time.toEpochMilli()),
                producer(attributes.orStandIn("source")));
        ReadEvent read = plain.read(fields, data.at(), envelope, () -> id);
        if (attributes.problems.isEmpty()) {
            return read;
        }
        if (read instanceof ReadEvent.Invalid invalid) {
            attributes.problems.addAll(invalid.problems());
        }
        return attributes.invalid();
    }

    private String identity(Attributes attributes) {
        String id = attributes.orStandIn("id");
        return switch (rules.identity()) {
            case ID -> id;
            case SOURCE_AND_ID ->
                UUID.nameUUIDFromBytes((attributes.orStandIn("source") + "\n" + id).getBytes(StandardCharsets.UTF_8))
                        .toString();
        };
    }

    /** A source is a URI of any length, the producer a short name for reports: the end tells sources apart. */
    private static String producer(String source) {
        int from = Math.max(0, source.length() - RequestEventRules.MAX_ID_CHARACTERS);
        // Half a surrogate pair is no text.
        boolean inPair = from > 0 && Character.isLowSurrogate(source.charAt(from));
        return source.substring(inPair ? from + 1 : from);
    }

    private static byte @Nullable [] base64(JsonNode node) {
        if (!node.isTextual()) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(node.textValue());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private Data data(byte[] bytes, @Nullable String contentType, String at) {
        EventProblem problem = contentProblem(contentType, at);
        if (problem != null) {
            return Data.wrong(at, problem);
        }
        if (bytes.length == 0) {
            return Data.missing(at);
        }
        try {
            JsonNode node = documents.single(bytes);
            return node == null
                    ? Data.wrong(at, EventProblem.at(at, "must have at most " + BoundedTree.MAX_VALUES + " values"))
                    : Data.of(at, node);
        } catch (MalformedBodyException e) {
            return Data.wrong(at, EventProblem.at(at, String.valueOf(e.getMessage())));
        }
    }

    private static @Nullable EventProblem contentProblem(@Nullable String contentType, String at) {
        MediaType type = contentType == null ? null : MediaType.parse(contentType);
        return contentType == null || (type != null && type.isJson())
                ? null
                : EventProblem.at(
                        at, "data must be JSON, datacontenttype was '" + PlainEventReader.shown(contentType) + "'");
    }

    /** The attributes of one event, by name: those given, and what is wrong with them. */
    private final class Attributes {
        private final Placer placer;
        private final Map<String, String> values = new LinkedHashMap<>();
        private final Set<String> bad = new HashSet<>();
        private final List<EventProblem> problems = new ArrayList<>(0);

        Attributes(Placer placer) {
            this.placer = placer;
        }

        void given(String name, String value) {
            values.put(name, value);
        }

        /** It is there, but not to be read. */
        void wrong(String name, String detail) {
            bad.add(name);
            problem(name, detail);
        }

        boolean isSound(String name) {
            return !bad.contains(name);
        }

        void problem(String name, String detail) {
            if (problems.size() < EventRules.maxProblems()) {
                problems.add(placer.place(PlainEventReader.escaped(name)).problem(detail));
            }
        }

        /** The same for a broken rule. */
        boolean problemIfAny(String name, @Nullable Violation violation) {
            return problemIfAny(name, violation == null ? null : violation.detail());
        }

        /** Whether there is one. */
        boolean problemIfAny(String name, @Nullable String detail) {
            if (detail == null || !isSound(name)) {
                return detail != null;
            }
            wrong(name, detail);
            return true;
        }

        /** Finds all that the CloudEvents specification has against them. */
        void check() {
            for (String name : MANDATORY) {
                String value = values.get(name);
                if (isSound(name) && (value == null || value.isEmpty())) {
                    wrong(name, value == null ? "is missing: CloudEvents 1.0 requires it" : "must not be empty");
                }
            }
            values.forEach((name, value) -> {
                if (isSound(name)) {
                    problemIfAny(name, fault(name, value));
                }
            });
        }

        private @Nullable String fault(String name, String value) {
            return switch (name) {
                case "specversion" ->
                    value.equals(SPEC_VERSION)
                            ? null
                            : "must be " + SPEC_VERSION + ", was '" + PlainEventReader.shown(value) + "'";
                case "source", "dataschema" ->
                    isUri(value) && InputText.label(name, value, value.length()) == null
                            ? null
                            : "must be a URI reference (RFC 3986), was '" + PlainEventReader.shown(value) + "'";
                case "time" ->
                    isTime(value)
                            ? null
                            : "must be an RFC 3339 time with an offset, such as 2026-01-31T12:00:00.000Z, was '"
                                    + PlainEventReader.shown(value) + "'";
                case "id", "type", "subject", "datacontenttype" -> null;
                default ->
                    EXTENSION_NAME.matcher(name).matches() && !name.equals(DATA)
                            ? null
                            : "is not the name of an attribute, which has lower-case letters and digits only";
            };
        }

        /** An attribute that is there and sound; null for none. */
        @Nullable
        String get(String name) {
            return isSound(name) ? values.get(name) : null;
        }

        /** The same where something must be there to go on with, and its absence is a problem already. */
        String orStandIn(String name) {
            String value = get(name);
            return value == null ? "-" : value;
        }

        ReadEvent.Invalid invalid() {
            String id = get("id");
            return new ReadEvent.Invalid(id == null ? null : PlainEventReader.shown(id), problems);
        }

        private static boolean isUri(String text) {
            try {
                var unused = new URI(text);
                return true;
            } catch (URISyntaxException e) {
                return false;
            }
        }

        private static boolean isTime(String text) {
            try {
                var unused = Rfc3339.parse(text);
                return true;
            } catch (DateTimeException e) {
                return false;
            }
        }
    }

    /** Says where an attribute stands: in the body or in a header. */
    private interface Placer {
        Place place(String name);
    }

    /**
     * The data, or what is wrong with them, or neither where that was said already.
     *
     * @param at pointer to them
     */
    private record Data(
            String at, @Nullable JsonNode node, @Nullable EventProblem problem) {
        static Data of(String at, JsonNode node) {
            return new Data(at, node, null);
        }

        static Data wrong(String at, EventProblem problem) {
            return new Data(at, null, problem);
        }

        static Data missing(String at) {
            return wrong(at, EventProblem.at(at, "is missing: the data are the fields of the request event"));
        }

        static Data unknown(String at) {
            return new Data(at, null, null);
        }
    }
}
