-- How many events ended in which verdict. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT verdict, sum(event_count) AS events
FROM usage_account_day
WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
GROUP BY verdict
ORDER BY events DESC, verdict
