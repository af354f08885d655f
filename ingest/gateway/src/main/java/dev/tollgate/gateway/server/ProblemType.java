package dev.tollgate.gateway.server;

import java.util.Locale;

/**
 * The kinds of problems that answers name (RFC 9457), each with its HTTP status. The URI is
 * {@code urn:tollgate:problem:} and the constant's name in kebab-case.
 */
enum ProblemType {
    MALFORMED_BODY(400, "The body cannot be read"),
    MALFORMED_REQUEST(400, "The request cannot be read"),
    UNAUTHORIZED(401, "A valid bearer token is needed"),
    ACCOUNT_NOT_ALLOWED(403, "The token may not publish for these accounts"),
    WEB_PAGE(403, "Web pages may not publish without a token"),
    NOT_FOUND(404, "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    REQUEST_TIMEOUT(408, "The body did not arrive in time"),
    BODY_TOO_LARGE(413, "The body is too large"),
    TOO_MANY_EVENTS(413, "The batch has too many events"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body's format is not supported"),
    INVALID_EVENTS(422, "No event was accepted"),
    OVERLOADED(429, "The gateway is at its limit"),
    INTERNAL_ERROR(500, "The gateway met a fault of its own"),
    KAFKA_UNAVAILABLE(503, "Kafka is not available"),
    SHUTTING_DOWN(503, "The gateway is shutting down"),
    /** For what the HTTP layer rejects before any handler sees it; the status is its own. */
    HTTP_ERROR(400, "The request was rejected");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String uri() {
        return "urn:tollgate:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
