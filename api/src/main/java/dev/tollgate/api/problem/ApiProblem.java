package dev.tollgate.api.problem;

import dev.tollgate.http.ProblemType;

/** The problems that the API alone answers. */
public enum ApiProblem implements ProblemType {
    INVALID_PARAMETERS(400, "A parameter is not as it must be"),
    TOO_MANY_ROWS(400, "The answer is too large for JSON"),
    UNKNOWN_ACCOUNT(404, "There is no such account"),
    UNKNOWN_EVENT(404, "There is no such event"),
    UNKNOWN_PLAN(404, "There is no such plan"),
    QUERY_TOO_LARGE(422, "The query takes more than it may"),
    CLICKHOUSE_UNAVAILABLE(503, "ClickHouse is not available"),
    LIMITS_UNAVAILABLE(503, "Live limits are not available");

    private final int status;
    private final String title;

    ApiProblem(int status, String title) {
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
