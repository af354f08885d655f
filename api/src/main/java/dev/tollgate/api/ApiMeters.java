package dev.tollgate.api;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.timer;

import dev.tollgate.api.problem.ApiProblem;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.ProblemType;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The meters of the API. */
public final class ApiMeters {
    static final MeterDeclaration REQUESTS = timer(
            "tollgate.api.request",
            "answers of `/v1/...`, by HTTP status, up to their first byte",
            new TagDeclaration(
                    "status",
                    // The answer, that the client has it already, and the problems.
                    IntStream.concat(
                                    IntStream.of(200, 304),
                                    Stream.of(CommonProblem.values(), ApiProblem.values())
                                            .flatMap(Arrays::stream)
                                            .mapToInt(ProblemType::status))
                            .distinct()
                            .sorted()
                            .mapToObj(Integer::toString)
                            .toList()));

    static final MeterDeclaration CLICKHOUSE_AVAILABLE = gauge(
            "tollgate.api.clickhouse.available",
            MeterDeclaration.FLAG,
            "1 if ClickHouse answered the last query, else 0");

    static final MeterDeclaration EXPORTS =
            gauge("tollgate.api.running.exports", "exports", "CSV and NDJSON answers that are being streamed");

    static final MeterDeclaration LIVE_AVAILABLE = gauge(
            "tollgate.api.live.available",
            MeterDeclaration.FLAG,
            "1 if limits are answered as `limit-state` has them, 0 if from ClickHouse");

    static final MeterDeclaration SNAPSHOTS = gauge(
            "tollgate.api.live.snapshots",
            "snapshots",
            "snapshots of accounts, projects and API keys that are kept in memory");

    static final MeterDeclaration LIVE_FAILURES = counter(
            "tollgate.api.live.failures",
            "failures",
            "following `limit-state`: Kafka or the registry did not answer, or a record could not be read");

    /** All of them. */
    public static final MeterGroup GROUP = MeterGroup.of(
            "api",
            "Query API: `tollgate api`",
            REQUESTS,
            CLICKHOUSE_AVAILABLE,
            EXPORTS,
            LIVE_AVAILABLE,
            SNAPSHOTS,
            LIVE_FAILURES);

    private ApiMeters() {}
}
