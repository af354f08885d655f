-- Usage that came too late, by account and limit. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT account_id, limit_id, verdict, sum(late_usage.event_count) AS events, max(late_usage.max_delay_ms) AS longest_delay_ms
FROM late_usage
WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
GROUP BY account_id, limit_id, verdict
ORDER BY events DESC, account_id, limit_id, verdict
