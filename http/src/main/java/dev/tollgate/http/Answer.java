package dev.tollgate.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer, ready to be written.
 *
 * @param status of HTTP
 * @param contentType media type of the body
 * @param headers beside content type and length
 * @param body what is written
 */
public record Answer(int status, String contentType, Map<String, String> headers, Body body) {
    /** Media type of JSON. */
    public static final String JSON = "application/json";
    /** Media type of a problem (RFC 9457). */
    public static final String PROBLEM_JSON = "application/problem+json";

    /** How long clients are asked to wait, in seconds. Load and outages of a cluster pass in seconds or not at all. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final JsonFactory JSON_FACTORY = new JsonFactory();

    /** What is written behind the head. */
    public sealed interface Body {
        /** All of it, with its length. */
        record Whole(byte[] bytes) implements Body {}

        /** A problem, which gets the request's id when it is written. */
        record Problem(ProblemType type, int status, String detail, JsonMembers more) implements Body {
            byte[] bytes(String requestId) {
                return object(json -> {
                    json.writeStringField("type", type.uri());
                    json.writeStringField("title", type.title());
                    json.writeNumberField("status", status);
                    json.writeStringField("detail", detail);
                    more.write(json);
                    json.writeStringField("request_id", requestId);
                });
            }
        }

        /**
         * Written piece by piece, in chunks. If the writer fails, the connection breaks off, so that nobody takes a
         * part for the whole; if it fails before the first 32 KiB, the client gets a problem instead.
         */
        record Stream(Writer writer) implements Body {}
    }

    /** Writes a body piece by piece; may block. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes all of it. The stream need not be closed.
         *
         * @throws IOException if the client is gone, or what is written cannot be had
         */
        void write(OutputStream out) throws IOException;
    }

    public Answer {
        headers = Map.copyOf(headers);
    }

    /** A whole answer. */
    public static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, Map.of(), new Body.Whole(body));
    }

    /** A whole answer of one JSON object. */
    public static Answer json(int status, JsonMembers members) {
        return of(status, JSON, object(members));
    }

    /** An answer that is written while it is made. */
    public static Answer stream(int status, String contentType, Writer writer) {
        return new Answer(status, contentType, Map.of(), new Body.Stream(writer));
    }

    /** A problem with the status of its type. */
    public static Answer problem(ProblemType type, String detail) {
        return problem(type, detail, JsonMembers.NONE);
    }

    /** A problem with more members than those of RFC 9457. */
    public static Answer problem(ProblemType type, String detail, JsonMembers more) {
        return problem(type, type.status(), detail, more);
    }

    /** A problem with a status of its own. */
    public static Answer problem(ProblemType type, int status, String detail, JsonMembers more) {
        return new Answer(status, PROBLEM_JSON, headersOf(type, status), new Body.Problem(type, status, detail, more));
    }

    /** The same with one header more, or another value of it. */
    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, more, body);
    }

    private static Map<String, String> headersOf(ProblemType type, int status) {
        if (status == 429 || status == 503) {
            return Map.of("Retry-After", RETRY_AFTER_SECONDS);
        }
        return type == CommonProblem.UNAUTHORIZED ? Map.of("WWW-Authenticate", "Bearer realm=\"tollgate\"") : Map.of();
    }

    /**
     * The bytes of a body that is whole.
     *
     * @param requestId for problems
     * @throws IllegalStateException if it is a stream
     */
    public byte[] bytes(String requestId) {
        return switch (body) {
            case Body.Whole whole -> whole.bytes();
            case Body.Problem problem -> problem.bytes(requestId);
            case Body.Stream stream -> throw new IllegalStateException("the body is a stream");
        };
    }

    private static byte[] object(JsonMembers members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
        try (JsonGenerator json = JSON_FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }
}
