package dev.tollgate.gateway.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.gateway.event.Problem.Place;
import dev.tollgate.schemas.event.RequestEventRules;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.rw.CloudEventRWException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns CloudEvents 1.0 into request events: {@code id} is the event id, {@code subject} the account, {@code time} the
 * event time and {@code source} the producer, where the data do not say so themselves; the data are the remaining
 * fields as a JSON object. The envelope is read by the CloudEvents SDK. Thread-safe.
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
    private static final ObjectMapper ENVELOPES =
            new ObjectMapper().registerModule(JsonFormat.getCloudEventJacksonModule());

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
                    List.of(Problem.at(at, "a CloudEvent must be a JSON object, was " + PlainEventReader.kind(node))));
        }
        Attributes attributes = new Attributes(name -> Place.at(at + "/" + name));
        object.properties().forEach(field -> take(field.getKey(), field.getValue(), attributes));
        attributes.check();
        object.retain(DATA, DATA_BASE64);
        boolean hasBase64 = object.hasNonNull(DATA_BASE64);
        boolean isDataKnown = true;
        if (hasBase64 && object.has(DATA)) {
            attributes.problem(DATA_BASE64, "must be left out where there is 'data'");
            object.remove(DATA_BASE64);
        } else if (hasBase64 && !isBase64(object.path(DATA_BASE64))) {
            attributes.problem(DATA_BASE64, "must be a text in Base64 (RFC 4648, section 4)");
            object.remove(DATA_BASE64);
            isDataKnown = false;
        }
        attributes.sound().forEach(object::put);
        try {
            // The SDK takes the tree apart, so that nothing of it is used afterwards.
            CloudEvent event = ENVELOPES.treeToValue(object, CloudEvent.class);
            return read(event, attributes, isDataKnown, hasBase64 ? at + "/" + DATA_BASE64 : at + "/" + DATA);
        } catch (JsonProcessingException | IllegalArgumentException | CloudEventRWException e) {
            attributes.problems.add(Problem.at(at, sdkMessage(e)));
            return attributes.refusal();
        }
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
        Map<String, String> sound = new HashMap<>();
        attributes.sound().forEach((name, value) -> sound.put(HEADER_PREFIX + name, value));
        headers.getOrDefault(CONTENT_TYPE, List.of()).forEach(value -> sound.put(CONTENT_TYPE, value));
        try {
            CloudEvent event = HttpMessageFactory.createReader(sound, body).toEvent();
            return read(event, attributes, true, "");
        } catch (IllegalArgumentException | CloudEventRWException e) {
            attributes.problems.add(Problem.ofEvent(sdkMessage(e)));
            return attributes.refusal();
        }
    }

    private ReadEvent read(CloudEvent event, Attributes attributes, boolean isDataKnown, String dataAt) {
        if (!event.getType().equals(rules.eventType())) {
            attributes.problem(
                    "type", "must be " + rules.eventType() + ", was '" + PlainEventReader.shown(event.getType()) + "'");
        }
        String id = identity(event);
        attributes.problemIfAny("id", RequestEventRules.textProblem(id, RequestEventRules.MAX_ID_CHARACTERS));
        String subject = attributes.problemIfAny(
                        "subject",
                        RequestEventRules.optionalTextProblem(event.getSubject(), RequestEventRules.MAX_ID_CHARACTERS))
                ? null
                : event.getSubject();
        Instant time = event.getTime() == null ? null : event.getTime().toInstant();
        if (time != null && attributes.problemIfAny("time", plain.timeProblem(time))) {
            time = null;
        }
        Data data = isDataKnown ? data(event, dataAt) : Data.UNKNOWN;
        if (data.problem() != null) {
            attributes.problems.add(data.problem());
        }
        if (!data.isThere()) {
            return attributes.refusal();
        }
        PlainEventReader.Envelope envelope = new PlainEventReader.Envelope(
                attributes.isSound("id") ? id : null,
                subject,
                subject == null ? null : attributes.placer.place("subject"),
                time == null ? null : Instant.ofEpochMilli(time.toEpochMilli()),
                producer(event));
        ReadEvent read = plain.read(data.node(), dataAt, envelope, () -> id);
        if (attributes.problems.isEmpty()) {
            return read;
        }
        if (read instanceof ReadEvent.Invalid invalid) {
            attributes.problems.addAll(invalid.problems());
        }
        return attributes.refusal();
    }

    private String identity(CloudEvent event) {
        return switch (rules.identity()) {
            case ID -> event.getId();
            case SOURCE_AND_ID ->
                UUID.nameUUIDFromBytes((event.getSource() + "\n" + event.getId()).getBytes(StandardCharsets.UTF_8))
                        .toString();
        };
    }

    /** A source is a URI of any length, the producer a short name for reports: the end tells sources apart. */
    private static String producer(CloudEvent event) {
        String source = event.getSource().toString();
        int most = RequestEventRules.MAX_ID_CHARACTERS;
        return source.length() <= most ? source : source.substring(source.length() - most);
    }

    private static boolean isBase64(JsonNode node) {
        if (!node.isTextual()) {
            return false;
        }
        try {
            var unused = Base64.getDecoder().decode(node.textValue());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Data data(CloudEvent event, String dataAt) {
        String type = event.getDataContentType();
        if (type != null && !isJson(type)) {
            return Data.wrong(Problem.at(
                    dataAt, "data must be JSON, datacontenttype was '" + PlainEventReader.shown(type) + "'"));
        }
        CloudEventData data = event.getData();
        if (data == null) {
            return Data.wrong(Problem.at(dataAt, "is missing: the data are the fields of the request event"));
        }
        if (data instanceof JsonCloudEventData json) {
            return Data.of(json.getNode());
        }
        try {
            JsonNode node = documents.single(data.toBytes());
            return node == null
                    ? Data.wrong(Problem.at(dataAt, "must have at most " + BoundedTree.MAX_VALUES + " values"))
                    : Data.of(node);
        } catch (MalformedBodyException e) {
            return Data.wrong(Problem.at(dataAt, String.valueOf(e.getMessage())));
        }
    }

    private static boolean isJson(String contentType) {
        String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
    }

    private static String sdkMessage(Exception e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return "is not a CloudEvent: "
                + PlainEventReader.shown(String.valueOf(message).replaceAll("\\s+", " "));
    }

    /** The attributes of one event, by name: those given, and what is wrong with them. */
    private final class Attributes {
        private final Placer placer;
        private final Map<String, String> values = new LinkedHashMap<>();
        private final Set<String> bad = new HashSet<>();
        private final List<Problem> problems = new ArrayList<>(0);

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

        /** Whether there is one. */
        boolean problemIfAny(String name, @Nullable String detail) {
            if (detail == null || !isSound(name)) {
                return detail != null;
            }
            wrong(name, detail);
            return true;
        }

        /** Finds all that the CloudEvents specification has against them; the SDK would stop at the first. */
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
                    isUri(value)
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

        /** What the SDK can read: the attributes without the bad ones, stand-ins for those that must be there. */
        Map<String, String> sound() {
            Map<String, String> sound = new LinkedHashMap<>(values);
            sound.keySet().removeAll(bad);
            sound.computeIfPresent("time", (name, value) -> value.toUpperCase(Locale.ROOT));
            sound.putIfAbsent("specversion", SPEC_VERSION);
            sound.putIfAbsent("id", "-");
            sound.putIfAbsent("source", "-");
            sound.putIfAbsent("type", rules.eventType());
            return sound;
        }

        ReadEvent.Invalid refusal() {
            String id = isSound("id") ? values.get("id") : null;
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
                var unused = PlainEventReader.parseTime(text);
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

    /** The data, or what is wrong with them, or neither where that was said already. */
    private record Data(
            JsonNode node, boolean isThere, @Nullable Problem problem) {
        static final Data UNKNOWN = new Data(NullNode.getInstance(), false, null);

        static Data of(JsonNode node) {
            return new Data(node, true, null);
        }

        static Data wrong(Problem problem) {
            return new Data(NullNode.getInstance(), false, problem);
        }
    }
}
