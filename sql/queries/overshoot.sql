-- How far past a limit the blocks came, by limit: what gets through before the stop. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT
    plan_id,
    limit_id,
    count() AS blocks,
    countIf(overshoot > 0) AS past_the_limit,
    quantileExactHigh(0.5)(coalesce(overshoot, 0)) AS p50,
    quantileExactHigh(0.99)(coalesce(overshoot, 0)) AS p99,
    max(coalesce(overshoot, 0)) AS most
FROM limit_event_latest
WHERE kind = 'HARD_LIMIT_REACHED'
    AND event_time >= toDateTime64({from_day:Date32}, 3, 'UTC') AND event_time < toDateTime64({to_day:Date32}, 3, 'UTC')
GROUP BY plan_id, limit_id
ORDER BY most DESC, plan_id, limit_id
