-- Windows whose total differs from the journal: one row per account, limit, scope, meter and window, none where the books agree.
-- The journal side counts an event in a limit's window if the plan version in force at its time has that limit and the entry does not name the limit as late.
-- verdict DRIFT is an error; PLAN_CHANGED means that entries of several plan versions meet in the window, where a change with the choice to reset or scale explains a difference.
-- first_source and last_source bound the request events concerned, as partition:offset.
-- Parameters: from_day, to_day (UTC days of the window's start, to_day exclusive); include_open (1: also windows that may still grow, only meaningful when nothing is in flight).
SELECT
    if(total.account_id != '', total.account_id, journal.account_id) AS account_id,
    if(total.account_id != '', total.limit_id, journal.limit_id) AS limit_id,
    if(total.account_id != '', total.scope, journal.scope) AS scope,
    if(total.account_id != '', total.scope_key, journal.scope_key) AS scope_key,
    if(total.account_id != '', total.meter_id, journal.meter_id) AS meter_id,
    if(total.account_id != '', total.window_unit, journal.window_unit) AS window_unit,
    if(total.account_id != '', total.window_start, journal.window_start) AS window_start,
    total.closed AS closed,
    total.used AS total_used,
    journal.used AS journal_used,
    total.used - journal.used AS difference,
    if(journal.plan_version_count > 1, 'PLAN_CHANGED', 'DRIFT') AS verdict,
    journal.entry_count AS entry_count,
    journal.first_source AS first_source,
    journal.last_source AS last_source
FROM
(
    SELECT account_id, limit_id, scope, scope_key, meter_id, window_unit, window_start, used, closed
    FROM window_total
    WHERE window_start >= toDateTime64({from_day:Date32}, 3, 'UTC') AND window_start < toDateTime64({to_day:Date32}, 3, 'UTC')
) AS total
FULL OUTER JOIN
(
    SELECT
        account_id,
        limit_id,
        scope,
        scope_key,
        meter_id,
        window_unit,
        -- The window that the total says, whatever calendar it follows and whatever has cut it. Where there is no total, the
        -- window by UTC if it is one second, minute, hour, day or month, and the day of the event otherwise.
        multiIf(
            span_end > occurred_at, span_start,
            window_unit = 'MONTH', toDateTime64(toStartOfMonth(occurred_at), 3, 'UTC'),
            window_unit NOT IN ('SECOND', 'MINUTE', 'HOUR'), toDateTime64(toDate32(occurred_at), 3, 'UTC'),
            fromUnixTimestamp64Milli(
                toUnixTimestamp64Milli(occurred_at)
                    - positiveModulo(toUnixTimestamp64Milli(occurred_at), multiIf(window_unit = 'SECOND', 1000, window_unit = 'MINUTE', 60000, 3600000)),
                'UTC')) AS window_start,
        sum(cost) AS used,
        count() AS entry_count,
        uniqExact(plan_id, plan_version) AS plan_version_count,
        argMin(concat(toString(source_partition), ':', toString(source_offset)), source_offset) AS first_source,
        argMax(concat(toString(source_partition), ':', toString(source_offset)), source_offset) AS last_source
    FROM
    (
        SELECT
            entry.account_id AS account_id,
            entry.plan_id AS plan_id,
            entry.plan_version AS plan_version,
            plan.limit_id AS limit_id,
            plan.scope AS scope,
            plan.meter_id AS meter_id,
            plan.window_unit AS window_unit,
            multiIf(plan.scope = 'PROJECT', entry.project_id, plan.scope = 'API_KEY', entry.api_key_id, '') AS scope_key,
            entry.occurred_at AS occurred_at,
            entry.costs[plan.meter_id] AS cost,
            entry.source_partition AS source_partition,
            entry.source_offset AS source_offset
        FROM
        (
            SELECT * FROM request_journal
            WHERE verdict IN ('COUNTED', 'VOIDED', 'AMENDED')
                AND occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC')
                AND occurred_at < greatest(
                    toDateTime64({to_day:Date32} + INTERVAL 1 MONTH, 3, 'UTC'),
                    (SELECT max(window_end) FROM usage_total WHERE window_start < toDateTime64({to_day:Date32}, 3, 'UTC')))
        ) AS entry
        INNER JOIN
        (
            SELECT
                plan_id, plan_version,
                tupleElement(plan_limit, 'limit_id') AS limit_id,
                tupleElement(plan_limit, 'meter_id') AS meter_id,
                tupleElement(plan_limit, 'scope') AS scope,
                tupleElement(plan_limit, 'window_unit') AS window_unit
            FROM plan_version FINAL
            ARRAY JOIN limits AS plan_limit
            WHERE tupleElement(plan_limit, 'algorithm') = 'FIXED_WINDOW'
        ) AS plan
        ON entry.plan_id = plan.plan_id AND entry.plan_version = plan.plan_version
        WHERE NOT has(entry.late_limits, plan.limit_id)
    ) AS charge
    ASOF LEFT JOIN
    (
        SELECT
            account_id AS span_account, limit_id AS span_limit, scope AS span_scope, scope_key AS span_key,
            meter_id AS span_meter, window_unit AS span_unit, window_start AS span_start, window_end AS span_end
        FROM window_total
        WHERE window_end > toDateTime64({from_day:Date32}, 3, 'UTC') AND window_start < toDateTime64({to_day:Date32}, 3, 'UTC')
    ) AS span
    ON charge.account_id = span.span_account AND charge.limit_id = span.span_limit AND charge.scope = span.span_scope
        AND charge.scope_key = span.span_key AND charge.meter_id = span.span_meter AND charge.window_unit = span.span_unit
        AND charge.occurred_at >= span.span_start
    GROUP BY account_id, limit_id, scope, scope_key, meter_id, window_unit, window_start
    HAVING window_start >= toDateTime64({from_day:Date32}, 3, 'UTC') AND window_start < toDateTime64({to_day:Date32}, 3, 'UTC')
) AS journal
ON total.account_id = journal.account_id AND total.limit_id = journal.limit_id AND total.scope = journal.scope
    AND total.scope_key = journal.scope_key AND total.meter_id = journal.meter_id AND total.window_unit = journal.window_unit
    AND total.window_start = journal.window_start
WHERE (closed OR {include_open:UInt8} = 1) AND total_used != journal_used
ORDER BY account_id, limit_id, scope, scope_key, meter_id, window_unit, window_start
SETTINGS join_use_nulls = 0
