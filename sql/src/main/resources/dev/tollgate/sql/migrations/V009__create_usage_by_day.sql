CREATE VIEW IF NOT EXISTS usage_by_day
(
    day        Date32 COMMENT 'Day of event time, UTC.',
    meter_id   String COMMENT 'The meter.',
    used       Int64  COMMENT 'Usage: costs of COUNTED, VOIDED and AMENDED.',
    late       Int64  COMMENT 'Costs of LATE events, part of no total.'
)
AS
SELECT
    day,
    meter_id,
    sumIf(cost, verdict IN ('COUNTED', 'VOIDED', 'AMENDED')) AS used,
    sumIf(cost, verdict = 'LATE') AS late
FROM
(
    SELECT toDate32(occurred_at) AS day, verdict, sumMap(costs) AS sums
    FROM request_journal
    GROUP BY day, verdict
)
ARRAY JOIN mapKeys(sums) AS meter_id, mapValues(sums) AS cost
GROUP BY day, meter_id
COMMENT 'Usage of all accounts by day and meter, from a projection of request_journal that has a few rows per day.'
