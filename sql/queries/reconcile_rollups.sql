-- Places where the rollups differ from the journal: one row per account, day, verdict and meter (empty: the number of events), none where the books agree.
-- first_source_offset and last_source_offset bound the request events concerned.
-- Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT
    account_id,
    day,
    verdict,
    meter_id,
    sumIf(amount, source = 'journal') AS journal_amount,
    sumIf(amount, source = 'hour') AS hour_amount,
    sumIf(amount, source = 'account_day') AS account_day_amount,
    minIf(first_offset, source = 'journal') AS first_source_offset,
    maxIf(last_offset, source = 'journal') AS last_source_offset
FROM
(
    SELECT 'journal' AS source, account_id, toDate32(occurred_at) AS day, verdict, meter_id, sum(one) AS amount, min(source_offset) AS first_offset, max(source_offset) AS last_offset
    FROM request_journal
    ARRAY JOIN arrayConcat([''], CAST(mapKeys(costs), 'Array(String)')) AS meter_id, arrayConcat([toInt64(1)], mapValues(costs)) AS one
    WHERE occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
    GROUP BY account_id, day, verdict, meter_id
    UNION ALL
    SELECT 'hour', account_id, toDate32(hour_start) AS day, verdict, meter_id, sum(one), 0, 0
    FROM usage_hour
    ARRAY JOIN arrayConcat([''], mapKeys(costs)) AS meter_id, arrayConcat([toInt64(event_count)], mapValues(costs)) AS one
    WHERE hour_start >= toDateTime64({from_day:Date32}, 3, 'UTC') AND hour_start < toDateTime64({to_day:Date32}, 3, 'UTC')
    GROUP BY account_id, day, verdict, meter_id
    UNION ALL
    SELECT 'account_day', account_id, day, verdict, meter_id, sum(one), 0, 0
    FROM usage_account_day
    ARRAY JOIN arrayConcat([''], mapKeys(costs)) AS meter_id, arrayConcat([toInt64(event_count)], mapValues(costs)) AS one
    WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
    GROUP BY account_id, day, verdict, meter_id
)
GROUP BY account_id, day, verdict, meter_id
HAVING journal_amount != hour_amount OR journal_amount != account_day_amount
ORDER BY account_id, day, verdict, meter_id
