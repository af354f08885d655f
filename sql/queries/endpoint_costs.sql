-- What each endpoint costs on a meter: calls, cost, and cost of a call. Parameters: meter, from_day, to_day (UTC, to_day exclusive).
SELECT
    endpoint,
    countIf(verdict = 'COUNTED') AS calls,
    sum(costs[{meter:String}]) AS cost,
    round(sumIf(costs[{meter:String}], verdict = 'COUNTED') / calls, 3) AS cost_per_call,
    maxIf(costs[{meter:String}], verdict = 'COUNTED') AS dearest_call
FROM request_journal
WHERE verdict IN ('COUNTED', 'VOIDED', 'AMENDED')
    AND occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
GROUP BY endpoint
HAVING calls > 0
ORDER BY cost DESC, endpoint
