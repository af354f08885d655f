package dev.tollgate.api.query;

import java.time.Duration;

/**
 * What queries may take. Exports have bounds of their own, since they last as long as their clients take to read: slow
 * ones must not use up the places of queries that are over in a moment.
 *
 * @param maxQueries that run at the same time, at least 1
 * @param queryTimeout after which ClickHouse gives up on a query
 * @param maxExports that run at the same time, at least 1
 * @param exportTimeout after which ClickHouse gives up on an export, the time in which its client reads it included
 */
public record QueryBounds(int maxQueries, Duration queryTimeout, int maxExports, Duration exportTimeout) {}
