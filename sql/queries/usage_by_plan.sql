-- Accounts, events and usage of a meter by plan and version, those on no plan among them. Parameters: meter, from_day, to_day (UTC, to_day exclusive).
SELECT
    plan_id,
    plan_version,
    uniqExact(account_id) AS accounts,
    countIf(verdict = 'COUNTED') AS events,
    sum(costs[{meter:String}]) AS used
FROM request_journal
WHERE verdict IN ('COUNTED', 'VOIDED', 'AMENDED')
    AND occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
GROUP BY plan_id, plan_version
ORDER BY used DESC, plan_id, plan_version
