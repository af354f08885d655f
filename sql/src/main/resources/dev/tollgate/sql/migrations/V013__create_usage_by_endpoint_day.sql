CREATE VIEW IF NOT EXISTS usage_by_endpoint_day
(
    account_id String COMMENT 'Who pays.',
    endpoint   String COMMENT 'What was called.',
    day        Date32 COMMENT 'Day of event time, UTC.',
    meter_id   String COMMENT 'The meter.',
    used       Int64  COMMENT 'Usage: costs of COUNTED, VOIDED and AMENDED.',
    late       Int64  COMMENT 'Costs of LATE events, part of no total.'
)
AS
SELECT
    account_id,
    endpoint,
    day,
    meter_id,
    sumIf(cost, verdict IN ('COUNTED', 'VOIDED', 'AMENDED')) AS used,
    sumIf(cost, verdict = 'LATE') AS late
FROM
(
    SELECT account_id, endpoint, toDate32(occurred_at) AS day, verdict, sumMap(costs) AS sums
    FROM request_journal
    GROUP BY account_id, endpoint, day, verdict
)
ARRAY JOIN mapKeys(sums) AS meter_id, mapValues(sums) AS cost
GROUP BY account_id, endpoint, day, meter_id
COMMENT 'Usage by account, endpoint, day and meter, summed from request_journal. Filter by account_id and day: the rows lie in that order.'
