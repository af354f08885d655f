CREATE VIEW IF NOT EXISTS events_by_account_day
(
    account_id      String COMMENT 'Who pays.',
    day             Date32 COMMENT 'Day of event time, UTC.',
    counted         UInt64 COMMENT 'Events charged to at least one window, or of a plan without limits.',
    duplicate       UInt64 COMMENT 'Events seen before.',
    not_consuming   UInt64 COMMENT 'Events whose outcome the plan does not charge.',
    over_call_limit UInt64 COMMENT 'Calls over a per-call cap.',
    late            UInt64 COMMENT 'Events whose windows had all closed.',
    voided          UInt64 COMMENT 'Events that a correction took back, to void them or to count them anew.',
    amended         UInt64 COMMENT 'Events that a correction counted anew.',
    total           UInt64 COMMENT 'All journal rows.'
)
AS
SELECT
    account_id,
    day,
    sumIf(event_count, verdict = 'COUNTED') AS counted,
    sumIf(event_count, verdict = 'DUPLICATE') AS duplicate,
    sumIf(event_count, verdict = 'NOT_CONSUMING') AS not_consuming,
    sumIf(event_count, verdict = 'OVER_CALL_LIMIT') AS over_call_limit,
    sumIf(event_count, verdict = 'LATE') AS late,
    sumIf(event_count, verdict = 'VOIDED') AS voided,
    sumIf(event_count, verdict = 'AMENDED') AS amended,
    sum(event_count) AS total
FROM
(
    SELECT account_id, toDate32(occurred_at) AS day, verdict, count() AS event_count
    FROM request_journal
    GROUP BY account_id, day, verdict
)
GROUP BY account_id, day
COMMENT 'Events by account, day and verdict. Filter by account_id or day.'
