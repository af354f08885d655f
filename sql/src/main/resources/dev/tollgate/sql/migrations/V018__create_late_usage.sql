CREATE VIEW IF NOT EXISTS late_usage
AS
SELECT
    account_id,
    toDate32(occurred_at) AS day,
    limit_id,
    verdict,
    count() AS event_count,
    sumMap(CAST(entry.costs, 'Map(String, Int64)')) AS costs,
    max(toUnixTimestamp64Milli(appended_at) - toUnixTimestamp64Milli(occurred_at)) AS max_delay_ms
FROM request_journal AS entry
LEFT ARRAY JOIN late_limits AS limit_id
WHERE verdict = 'LATE' OR notEmpty(late_limits)
GROUP BY account_id, day, limit_id, verdict
COMMENT 'Usage that came after its window had closed, by account, day and limit that does not contain it. verdict LATE: no window took it, it is part of no total. Other verdicts: at least one other window took it. An event late for several limits is in several rows. max_delay_ms: longest time from event to append, in milliseconds.'
