package dev.tollgate.gateway.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.schemas.event.RequestEventRules;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.rw.CloudEventRWException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns CloudEvents 1.0 into request events: {@code id} is the event id, {@code subject} the account, {@code time} the event
 * time and {@code source} the producer, where the data do not say so themselves; the data are the remaining fields as a JSON
 * object. The envelope is read by the CloudEvents SDK. Thread-safe.
 */
final class CloudEventReader {
    private static final String SPEC_VERSION = "1.0";
    private static final List<String> MANDATORY = List.of("specversion", "id", "source", "type");
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
        String id = object.path("id").isTextual()
                ? PlainEventReader.shown(object.path("id").textValue())
                : null;
        List<Problem> problems = new ArrayList<>(0);
        for (String name : MANDATORY) {
            JsonNode value = object.path(name);
            if (value.isMissingNode() || value.isNull()) {
                problems.add(Problem.at(at + "/" + name, "is missing: CloudEvents 1.0 requires it"));
            } else if (!value.isTextual() || value.textValue().isEmpty()) {
                problems.add(Problem.at(
                        at + "/" + name,
                        "must be a text that is not empty, was "
                                + (value.isTextual() ? "empty" : PlainEventReader.kind(value))));
            } else if (name.equals("specversion") && !value.textValue().equals(SPEC_VERSION)) {
                problems.add(Problem.at(
                        at + "/" + name,
                        "must be " + SPEC_VERSION + ", was '" + PlainEventReader.shown(value.textValue()) + "'"));
            }
        }
        if (!problems.isEmpty()) {
            return new ReadEvent.Invalid(id, problems);
        }
        String dataAt = object.has("data_base64") ? at + "/data_base64" : at + "/data";
        try {
            // The SDK takes the tree apart, so that nothing of it is used afterwards.
            CloudEvent event = ENVELOPES.treeToValue(object, CloudEvent.class);
            return read(event, field -> Problem.at(at + "/" + field.name(), field.detail()), dataAt);
        } catch (JsonProcessingException | IllegalArgumentException | CloudEventRWException e) {
            return new ReadEvent.Invalid(id, List.of(Problem.at(at, sdkMessage(e))));
        }
    }

    /** Reads an event in binary mode: attributes in {@code ce-} headers, data in the body. */
    ReadEvent readBinary(Map<String, String> headers, byte[] body) {
        Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        String id = sorted.get("ce-id") == null ? null : PlainEventReader.shown(sorted.get("ce-id"));
        List<Problem> problems = new ArrayList<>(0);
        for (String name : MANDATORY) {
            String value = sorted.get("ce-" + name);
            if (value == null || value.isEmpty()) {
                problems.add(Problem.inHeader("ce-" + name, "is missing: CloudEvents 1.0 requires it"));
            } else if (name.equals("specversion") && !value.equals(SPEC_VERSION)) {
                problems.add(Problem.inHeader(
                        "ce-" + name, "must be " + SPEC_VERSION + ", was '" + PlainEventReader.shown(value) + "'"));
            }
        }
        if (!problems.isEmpty()) {
            return new ReadEvent.Invalid(id, problems);
        }
        try {
            CloudEvent event = HttpMessageFactory.createReader(headers, body).toEvent();
            return read(event, field -> Problem.inHeader("ce-" + field.name(), field.detail()), "");
        } catch (IllegalArgumentException | CloudEventRWException e) {
            return new ReadEvent.Invalid(id, List.of(Problem.ofEvent(sdkMessage(e))));
        }
    }

    private ReadEvent read(CloudEvent event, Placer placer, String dataAt) {
        List<Problem> problems = new ArrayList<>(0);
        if (event.getSpecVersion() != SpecVersion.V1) {
            problems.add(placer.place(new Attribute("specversion", "must be " + SPEC_VERSION)));
        }
        if (!event.getType().equals(rules.eventType())) {
            problems.add(placer.place(new Attribute(
                    "type",
                    "must be " + rules.eventType() + ", was '" + PlainEventReader.shown(event.getType()) + "'")));
        }
        String id = identity(event);
        String idProblem = RequestEventRules.textProblem(id, RequestEventRules.MAX_ID_CHARACTERS);
        if (idProblem != null) {
            problems.add(placer.place(new Attribute("id", idProblem)));
        }
        String subjectProblem =
                RequestEventRules.optionalTextProblem(event.getSubject(), RequestEventRules.MAX_ID_CHARACTERS);
        if (subjectProblem != null) {
            problems.add(placer.place(new Attribute("subject", subjectProblem)));
        }
        Instant time = event.getTime() == null ? null : event.getTime().toInstant();
        String timeProblem = time == null ? null : plain.timeProblem(time);
        if (timeProblem != null) {
            problems.add(placer.place(new Attribute("time", timeProblem)));
        }
        Data data = data(event, dataAt);
        if (data.problem() != null) {
            problems.add(data.problem());
            return new ReadEvent.Invalid(PlainEventReader.shown(id), problems);
        }
        PlainEventReader.Envelope envelope = new PlainEventReader.Envelope(
                id,
                subjectProblem == null ? event.getSubject() : null,
                time == null || timeProblem != null ? null : Instant.ofEpochMilli(time.toEpochMilli()),
                producer(event));
        ReadEvent read = plain.read(data.node(), dataAt, envelope, () -> id);
        if (problems.isEmpty()) {
            return read;
        }
        if (read instanceof ReadEvent.Invalid invalid) {
            problems.addAll(invalid.problems());
        }
        return new ReadEvent.Invalid(PlainEventReader.shown(id), problems);
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
            return new Data(json.getNode(), null);
        }
        try {
            JsonNode node = documents.single(data.toBytes());
            return node == null
                    ? Data.wrong(Problem.at(dataAt, "must have at most " + BoundedTree.MAX_VALUES + " values"))
                    : new Data(node, null);
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

    /** Says where an attribute stands: in the body or in a header. */
    private interface Placer {
        Problem place(Attribute attribute);
    }

    private record Attribute(String name, String detail) {}

    private record Data(JsonNode node, @Nullable Problem problem) {
        static Data wrong(Problem problem) {
            return new Data(NullNode.getInstance(), problem);
        }
    }
}
