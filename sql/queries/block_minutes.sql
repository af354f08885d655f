-- How long each account was blocked, in minutes of event time; blocks of several limits at the same time count once, and one that goes on counts up to its end by itself or the end of the range. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT
    account_id,
    round(intervalLengthSum(from_ms, to_ms) / 60000, 3) AS blocked_minutes,
    count() AS blocks,
    countIf(goes_on) AS open_blocks
FROM
(
    SELECT
        account_id,
        ended_at IS NULL AS goes_on,
        greatest(toUnixTimestamp64Milli(started_at), toUnixTimestamp64Milli(toDateTime64({from_day:Date32}, 3, 'UTC'))) AS from_ms,
        least(
            toUnixTimestamp64Milli(coalesce(ended_at, blocked_until, toDateTime64({to_day:Date32}, 3, 'UTC'))),
            toUnixTimestamp64Milli(toDateTime64({to_day:Date32}, 3, 'UTC'))) AS to_ms
    FROM limit_episode
    WHERE kind = 'HARD_LIMIT_REACHED' AND started_at < toDateTime64({to_day:Date32}, 3, 'UTC')
)
WHERE to_ms > from_ms
GROUP BY account_id
ORDER BY blocked_minutes DESC, account_id
