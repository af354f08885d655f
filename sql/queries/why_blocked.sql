-- Alerts and blocks of one account with what crossed the line and how long each held, newest first. Parameters: account, from_day, to_day (UTC, to_day exclusive).
SELECT kind, limit_id, scope_key, started_at, ended_at, duration_ms, cause, used, amount, overshoot, plan_id, plan_version, crossing_event_id, limit_event_id
FROM limit_episode
WHERE account_id = {account:String}
    AND started_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND started_at < toDateTime64({to_day:Date32}, 3, 'UTC')
ORDER BY started_at DESC, limit_event_id
