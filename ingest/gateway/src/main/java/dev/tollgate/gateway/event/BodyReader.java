package dev.tollgate.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads all events of a body, whichever format it is in, before anything is done with one: a body that breaks off is
 * rejected as a whole. At no time is more than one event's tree in memory, and of a body with problems without end only
 * so many are kept that the answer stays small. Thread-safe.
 */
public final class BodyReader {
    /**
     * Most problems kept of all events of a body; beyond them an event has its first one and the number of the others.
     */
    static final int MAX_PROBLEMS = 4_096;

    private final int maxEvents;
    private final JsonDocuments documents = new JsonDocuments();
    private final PlainEventReader plain;
    private final CloudEventReader cloud;

    /** @param maxEvents most events of one body, at least 1 */
    public BodyReader(EventRules rules, int maxEvents, InstantSource clock) {
        this.maxEvents = maxEvents;
        plain = new PlainEventReader(rules, clock);
        cloud = new CloudEventReader(plain, rules, documents);
    }

    /**
     * {@code application/json}: one event, an array of events, or an object whose only field {@code events} is such an
     * array.
     *
     * @param madeId gives the id of the event at an index that has none
     */
    public List<ReadEvent> readJson(byte[] body, IntFunction<String> madeId) throws MalformedBodyException {
        Found events = new Found();
        documents.read(body, 0, body.length, parser -> {
            if (parser.currentToken() == JsonToken.START_ARRAY) {
                readArray(parser, "", events, (node, at, index) -> plain.read(node, at, () -> madeId.apply(index)));
            } else if (parser.currentToken() == JsonToken.START_OBJECT) {
                readObject(parser, events, madeId);
            } else {
                throw JsonDocuments.syntax("the body must be an event, an array of events or {\"events\": [...]}");
            }
        });
        return events.list;
    }

    /**
     * {@code application/x-ndjson}: an event a line. Blank lines are passed over; a line that is not JSON spoils no
     * other.
     */
    public List<ReadEvent> readLines(byte[] body, IntFunction<String> madeId) throws MalformedBodyException {
        Found events = new Found();
        int from = 0;
        while (from < body.length) {
            int to = from;
            while (to < body.length && body[to] != '\n') {
                to++;
            }
            if (!isBlank(body, from, to)) {
                requireRoom(events);
                int index = events.list.size();
                try {
                    JsonNode node = documents.single(body, from, to);
                    events.add(node == null ? tooManyValues("") : plain.read(node, "", () -> madeId.apply(index)));
                } catch (MalformedBodyException e) {
                    events.add(new ReadEvent.Invalid(
                            null,
                            List.of(EventProblem.ofEvent(
                                    String.valueOf(e.getMessage()).replace("the body", "the line")))));
                }
            }
            from = to + 1;
        }
        if (events.list.isEmpty()) {
            throw JsonDocuments.syntax("the body is empty");
        }
        return events.list;
    }

    /**
     * One line of a file: a CloudEvent if it has a {@code specversion}, else a plain event.
     *
     * @param madeId gives the id of a plain event that has none
     */
    public ReadEvent readLine(byte[] line, Supplier<String> madeId) {
        try {
            JsonNode node = documents.single(line);
            if (node == null) {
                return tooManyValues("");
            }
            return node.has("specversion") ? cloud.readStructured(node, "") : plain.read(node, "", madeId);
        } catch (MalformedBodyException e) {
            return new ReadEvent.Invalid(
                    null,
                    List.of(EventProblem.ofEvent(String.valueOf(e.getMessage()).replace("the body", "the line"))));
        }
    }

    /**
     * One line of a file that is a JSON object of somebody else's making.
     *
     * @throws MalformedBodyException if it is none
     */
    public ObjectNode readObject(byte[] line) throws MalformedBodyException {
        JsonNode node;
        try {
            node = documents.single(line);
        } catch (MalformedBodyException e) {
            throw JsonDocuments.syntax(String.valueOf(e.getMessage()).replace("the body", "the line"));
        }
        if (node == null) {
            throw JsonDocuments.syntax("a record must have at most " + BoundedTree.MAX_VALUES + " values");
        }
        if (!(node instanceof ObjectNode object)) {
            throw JsonDocuments.syntax("a record must be a JSON object, was " + PlainEventReader.kind(node));
        }
        return object;
    }

    /** {@code application/cloudevents+json}: one CloudEvent. */
    public List<ReadEvent> readCloudEvent(byte[] body) throws MalformedBodyException {
        JsonNode node = documents.single(body);
        return List.of(node == null ? tooManyValues("") : cloud.readStructured(node, ""));
    }

    /** {@code application/cloudevents-batch+json}: an array of CloudEvents, which may be empty. */
    public List<ReadEvent> readCloudEventBatch(byte[] body) throws MalformedBodyException {
        Found events = new Found();
        documents.read(body, 0, body.length, parser -> {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw JsonDocuments.syntax("a batch must be an array of CloudEvents");
            }
            readArray(parser, "", events, (node, at, index) -> cloud.readStructured(node, at));
        });
        return events.list;
    }

    /**
     * A CloudEvent in binary mode: attributes in {@code ce-} headers, data in the body.
     *
     * @param headers each header's values, by its name in lower case
     */
    public List<ReadEvent> readBinaryCloudEvent(Map<String, List<String>> headers, byte[] body) {
        return List.of(cloud.readBinary(headers, body));
    }

    /** {@code {"events": [...]}} is told from an event by its first field, so that it can be read as a stream. */
    private void readObject(JsonParser parser, Found events, IntFunction<String> madeId)
            throws IOException, MalformedBodyException {
        Lookahead first = Lookahead.of(parser);
        if (first.isEvents()) {
            readArray(parser, "/events", events, (node, at, index) -> plain.read(node, at, () -> madeId.apply(index)));
            if (parser.nextToken() != JsonToken.END_OBJECT) {
                throw JsonDocuments.syntax("beside \"events\" there must be no other field");
            }
        } else {
            JsonNode node = BoundedTree.readObjectFrom(parser);
            events.add(node == null ? tooManyValues("") : plain.read(node, "", () -> madeId.apply(0)));
        }
    }

    private void readArray(JsonParser parser, String at, Found events, ElementReader reader)
            throws IOException, MalformedBodyException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            requireRoom(events);
            int index = events.list.size();
            String here = at + "/" + index;
            JsonNode node = BoundedTree.read(parser);
            events.add(node == null ? tooManyValues(here) : reader.read(node, here, index));
        }
    }

    private void requireRoom(Found events) throws MalformedBodyException {
        if (events.list.size() == maxEvents) {
            throw new MalformedBodyException(
                    MalformedBodyException.Kind.TOO_MANY_EVENTS,
                    "a request must carry at most " + maxEvents + " events; split the batch");
        }
    }

    private static ReadEvent tooManyValues(String at) {
        return new ReadEvent.Invalid(
                null, List.of(EventProblem.at(at, "an event must have at most " + BoundedTree.MAX_VALUES + " values")));
    }

    private static boolean isBlank(byte[] body, int from, int to) {
        for (int i = from; i < to; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** The events of one body so far. */
    private static final class Found {
        private final List<ReadEvent> list = new ArrayList<>();
        private int problemsLeft = MAX_PROBLEMS;

        void add(ReadEvent event) {
            if (event instanceof ReadEvent.Invalid invalid) {
                int count = invalid.problems().size();
                boolean fits = count <= problemsLeft;
                list.add(
                        fits || count == 1
                                ? invalid
                                : new ReadEvent.Invalid(
                                        invalid.eventId(),
                                        List.of(
                                                invalid.problems().getFirst(),
                                                EventProblem.ofEvent(
                                                        "has " + (count - 1) + " more problem(s); of one request "
                                                                + MAX_PROBLEMS + " are named"))));
                problemsLeft = Math.max(0, problemsLeft - count);
            } else {
                list.add(event);
            }
        }
    }

    private interface ElementReader {
        ReadEvent read(JsonNode node, String at, int index);
    }

    /** Steps onto the first field of an object. */
    private record Lookahead(@Nullable String name, JsonToken value) {
        static Lookahead of(JsonParser parser) throws IOException {
            if (parser.nextToken() != JsonToken.FIELD_NAME) {
                return new Lookahead(null, JsonToken.END_OBJECT);
            }
            return new Lookahead(parser.currentName(), parser.nextToken());
        }

        boolean isEvents() {
            return "events".equals(name) && value == JsonToken.START_ARRAY;
        }
    }
}
