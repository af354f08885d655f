package dev.tollgate.gateway.server;

import dev.tollgate.http.ProblemType;

/** The problems that the gateway alone answers. */
enum GatewayProblem implements ProblemType {
    WEB_PAGE(403, "Web pages may not publish without a token"),
    TOO_MANY_EVENTS(413, "The batch has too many events"),
    INVALID_EVENTS(422, "No event was accepted"),
    KAFKA_UNAVAILABLE(503, "Kafka is not available");

    private final int status;
    private final String title;

    GatewayProblem(int status, String title) {
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
