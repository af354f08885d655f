-- The most calls that an account had in flight at once, and since when, by the durations that its services report; calls without a duration are left out. Parameters: account, from_day, to_day (UTC, to_day exclusive).
SELECT
    maxIntersections(started_ms, ended_ms) AS peak,
    if(count() = 0, NULL, fromUnixTimestamp64Milli(toInt64(maxIntersectionsPosition(started_ms, ended_ms)), 'UTC')) AS peak_at,
    count() AS calls
FROM
(
    SELECT toUnixTimestamp64Milli(occurred_at) AS ended_ms, ended_ms - assumeNotNull(duration_ms) AS started_ms
    FROM usage_event
    WHERE account_id = {account:String} AND duration_ms > 0
        AND occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
)
