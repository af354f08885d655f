CREATE VIEW IF NOT EXISTS usage_by_account_day
(
    account_id  String COMMENT 'Who pays.',
    day         Date32 COMMENT 'Day of event time, UTC.',
    meter_id    String COMMENT 'The meter.',
    used        Int64  COMMENT 'Usage: costs of COUNTED, VOIDED and AMENDED.',
    late        Int64  COMMENT 'Costs of LATE events, part of no total.'
)
AS
SELECT
    account_id,
    day,
    meter_id,
    sumIf(cost, verdict IN ('COUNTED', 'VOIDED', 'AMENDED')) AS used,
    sumIf(cost, verdict = 'LATE') AS late
FROM usage_account_day
ARRAY JOIN mapKeys(costs) AS meter_id, mapValues(costs) AS cost
GROUP BY account_id, day, meter_id
COMMENT 'Usage by account, day and meter. Complete as of data_freshness. Filter by day: the rows lie in the order of days.'
