-- What became of the calls of each service: how many failed, and of what kind. Corrected calls count as they stand now. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT producer, outcome, count() AS calls, round(100 * calls / sum(calls) OVER (PARTITION BY producer), 1) AS calls_percent
FROM usage_event
WHERE occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
GROUP BY producer, outcome
ORDER BY producer, calls DESC, outcome
