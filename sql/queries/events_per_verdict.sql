-- How many events ended in which verdict. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT verdict, count() AS events
FROM request_journal
WHERE toDate32(occurred_at) >= {from_day:Date32} AND toDate32(occurred_at) < {to_day:Date32}
GROUP BY verdict
ORDER BY events DESC, verdict
