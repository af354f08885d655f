package dev.tollgate.http;

/** The problems that every server may answer. */
public enum CommonProblem implements ProblemType {
    MALFORMED_BODY(400, "The body cannot be read"),
    MALFORMED_REQUEST(400, "The request cannot be read"),
    UNAUTHORIZED(401, "A valid bearer token is needed"),
    ACCOUNT_NOT_ALLOWED(403, "The token is not for these accounts"),
    ROLE_NOT_ALLOWED(403, "The token is not for requests of this kind"),
    NOT_FOUND(404, "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    REQUEST_TIMEOUT(408, "The body did not arrive in time"),
    BODY_TOO_LARGE(413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body's format is not supported"),
    OVERLOADED(429, "The server is at its limit"),
    INTERNAL_ERROR(500, "The server met a fault of its own"),
    SHUTTING_DOWN(503, "The server is shutting down"),
    /** For what the HTTP layer rejects before any endpoint sees it; the status is its own. */
    HTTP_ERROR(400, "The request was rejected");

    private final int status;
    private final String title;

    CommonProblem(int status, String title) {
        this.status = status;
        this.title = title;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public String title() {
        return title;
    }
}
