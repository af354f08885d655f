CREATE VIEW IF NOT EXISTS limit_episode
AS
SELECT
    opened.account_id AS account_id,
    opened.limit_event_id AS limit_event_id,
    opened.kind AS kind,
    opened.limit_id AS limit_id,
    opened.meter_id AS meter_id,
    opened.scope AS scope,
    opened.scope_key AS scope_key,
    opened.plan_id AS plan_id,
    opened.plan_version AS plan_version,
    opened.threshold_basis_points AS threshold_basis_points,
    opened.used AS used,
    opened.amount AS amount,
    opened.overshoot AS overshoot,
    opened.window_start AS window_start,
    opened.window_end AS window_end,
    opened.crossing_event_id AS crossing_event_id,
    opened.event_time AS started_at,
    opened.blocked_until AS blocked_until,
    if(cleared.cleared_event_id = '', NULL, cleared.event_time) AS ended_at,
    if(cleared.cleared_event_id = '', NULL, toUnixTimestamp64Milli(cleared.event_time) - toUnixTimestamp64Milli(opened.event_time)) AS duration_ms,
    cleared.cause AS cause
FROM
(
    SELECT * FROM limit_event FINAL
    WHERE kind IN ('SOFT_LIMIT_REACHED', 'HARD_LIMIT_REACHED', 'ADVISORY_LIMIT_REACHED')
) AS opened
LEFT JOIN
(
    SELECT account_id, cleared_event_id, min(event_time) AS event_time, argMin(limit_event.cause, limit_event.event_time) AS cause
    FROM limit_event FINAL
    WHERE kind = 'LIMIT_CLEARED' AND cleared_event_id != ''
    GROUP BY account_id, cleared_event_id
) AS cleared
ON opened.account_id = cleared.account_id AND opened.limit_event_id = cleared.cleared_event_id
COMMENT 'Alerts and blocks with their end: one row per SOFT, HARD or ADVISORY event. started_at and ended_at are event times, ended_at and duration_ms (milliseconds) are null while it holds; blocked_until is when a block ends by itself. Filter by account_id and started_at.'
