package dev.tollgate.gateway.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.gateway.event.EventProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer, ready to be written.
 *
 * @param headers beside content type and length
 */
record Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
    static final String JSON = "application/json";
    static final String PROBLEM_JSON = "application/problem+json";

    /** How long clients are asked to wait, in seconds. Load and outages of a cluster pass in seconds or not at all. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final JsonFactory JSON_FACTORY = new JsonFactory();

    static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, Map.of(), body);
    }

    static Answer problem(ProblemType type, String detail) {
        return problem(type, type.status(), detail, null);
    }

    /** A problem with a result for each event. */
    static Answer problem(ProblemType type, String detail, Results results) {
        return problem(type, type.status(), detail, results);
    }

    static Answer problem(ProblemType type, int status, String detail, @Nullable Results results) {
        byte[] body = json(json -> {
            json.writeStartObject();
            json.writeStringField("type", type.uri());
            json.writeStringField("title", type.title());
            json.writeNumberField("status", status);
            json.writeStringField("detail", detail);
            if (results != null) {
                results.write(json);
            }
            json.writeEndObject();
        });
        return new Answer(status, PROBLEM_JSON, headersOf(type, status), body);
    }

    /** Results of a request of which at least one event was accepted. */
    static Answer results(int status, Results results) {
        byte[] body = json(json -> {
            json.writeStartObject();
            results.write(json);
            json.writeEndObject();
        });
        return of(status, JSON, body);
    }

    Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, more, body);
    }

    private static Map<String, String> headersOf(ProblemType type, int status) {
        if (status == 429 || status == 503) {
            return Map.of("Retry-After", RETRY_AFTER_SECONDS);
        }
        return type == ProblemType.UNAUTHORIZED ? Map.of("WWW-Authenticate", "Bearer realm=\"tollgate\"") : Map.of();
    }

    private static byte[] json(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
        try (JsonGenerator json = JSON_FACTORY.createGenerator(bytes)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    /** One result an event, in the order of the body. */
    record Results(List<Result> results) {
        Results {
            results = List.copyOf(results);
        }

        long count(Result.Status status) {
            return results.stream().filter(result -> result.status() == status).count();
        }

        private void write(JsonGenerator json) throws IOException {
            for (Result.Status status : Result.Status.values()) {
                json.writeNumberField(status.text(), count(status));
            }
            json.writeArrayFieldStart("results");
            for (int i = 0; i < results.size(); i++) {
                write(json, i, results.get(i));
            }
            json.writeEndArray();
        }

        private static void write(JsonGenerator json, int index, Result result) throws IOException {
            json.writeStartObject();
            json.writeNumberField("index", index);
            json.writeStringField("event_id", result.eventId());
            json.writeStringField("status", result.status().text());
            if (!result.problems().isEmpty()) {
                json.writeArrayFieldStart("problems");
                for (EventProblem problem : result.problems()) {
                    json.writeStartObject();
                    if (problem.pointer() != null) {
                        json.writeStringField("pointer", problem.pointer());
                    }
                    if (problem.header() != null) {
                        json.writeStringField("header", problem.header());
                    }
                    json.writeStringField("detail", problem.detail());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        }
    }
}
