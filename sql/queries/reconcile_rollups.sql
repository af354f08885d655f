-- Places where a rollup (a projection of request_journal) differs from the rows it was made of: one row per projection, account (empty for usage_day, which has none), day, verdict and meter (empty: the number of events), none where the books agree.
-- ClickHouse keeps projections and rows in the same parts, so a row here means a damaged part or a bug of ClickHouse: ALTER TABLE request_journal CLEAR PROJECTION, then MATERIALIZE PROJECTION makes it anew.
-- first_source_offset and last_source_offset bound the request events concerned.
-- Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT
    projection,
    account_id,
    day,
    verdict,
    meter_id,
    sumIf(amount, source = 'journal') AS journal_amount,
    sumIf(amount, source = 'projection') AS projection_amount,
    minIf(first_offset, source = 'journal') AS first_source_offset,
    maxIf(last_offset, source = 'journal') AS last_source_offset
FROM
(
    -- Unfolding the rows keeps this arm off the projections.
    SELECT 'journal' AS source, projection, if(projection = 'usage_day', '', account) AS account_id, day, verdict, meter_id, amount, first_offset, last_offset
    FROM
    (
        SELECT account_id AS account, toDate32(occurred_at) AS day, verdict, meter_id, sum(one) AS amount, min(source_offset) AS first_offset, max(source_offset) AS last_offset
        FROM request_journal
        ARRAY JOIN arrayConcat([''], CAST(mapKeys(costs), 'Array(String)')) AS meter_id, arrayConcat([toInt64(1)], mapValues(costs)) AS one
        WHERE occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
        GROUP BY account, day, verdict, meter_id
    )
    ARRAY JOIN ['usage_day_account', 'usage_account_day', 'usage_day'] AS projection
    UNION ALL
    SELECT 'projection', 'usage_day_account', account_id, day, verdict, meter_id, one, 0, 0
    FROM
    (
        SELECT toDate32(occurred_at) AS day, account_id, verdict, count() AS event_count, sumMap(costs) AS sums
        FROM request_journal
        WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
        GROUP BY day, account_id, verdict
        SETTINGS preferred_optimize_projection_name = 'usage_day_account'
    )
    ARRAY JOIN arrayConcat([''], CAST(mapKeys(sums), 'Array(String)')) AS meter_id, arrayConcat([toInt64(event_count)], mapValues(sums)) AS one
    UNION ALL
    SELECT 'projection', 'usage_account_day', account_id, day, verdict, meter_id, one, 0, 0
    FROM
    (
        SELECT account_id, toDate32(occurred_at) AS day, verdict, count() AS event_count, sumMap(costs) AS sums
        FROM request_journal
        WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
        GROUP BY account_id, day, verdict
        SETTINGS preferred_optimize_projection_name = 'usage_account_day'
    )
    ARRAY JOIN arrayConcat([''], CAST(mapKeys(sums), 'Array(String)')) AS meter_id, arrayConcat([toInt64(event_count)], mapValues(sums)) AS one
    UNION ALL
    SELECT 'projection', 'usage_day', '', day, verdict, meter_id, one, 0, 0
    FROM
    (
        SELECT toDate32(occurred_at) AS day, verdict, count() AS event_count, sumMap(costs) AS sums
        FROM request_journal
        WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
        GROUP BY day, verdict
        SETTINGS preferred_optimize_projection_name = 'usage_day'
    )
    ARRAY JOIN arrayConcat([''], CAST(mapKeys(sums), 'Array(String)')) AS meter_id, arrayConcat([toInt64(event_count)], mapValues(sums)) AS one
)
GROUP BY projection, account_id, day, verdict, meter_id
HAVING journal_amount != projection_amount
ORDER BY projection, account_id, day, verdict, meter_id
