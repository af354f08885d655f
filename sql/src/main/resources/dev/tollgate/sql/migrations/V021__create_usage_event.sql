CREATE VIEW IF NOT EXISTS usage_event
AS
SELECT
    account_id,
    event_id,
    occurred_at,
    argMax(entry.verdict, standing) AS verdict,
    argMax(entry.correction_id, standing) AS correction_id,
    countIf(entry.verdict = 'VOIDED') AS correction_count,
    argMax(entry.project_id, standing) AS project_id,
    argMax(entry.api_key_id, standing) AS api_key_id,
    argMax(entry.endpoint, standing) AS endpoint,
    argMax(entry.outcome, standing) AS outcome,
    argMax(entry.producer, standing) AS producer,
    argMax(entry.attributes, standing) AS attributes,
    argMax(entry.plan_id, standing) AS plan_id,
    argMax(entry.plan_version, standing) AS plan_version,
    argMax(entry.late_limits, standing) AS late_limits,
    argMax(if(entry.verdict = 'VOIDED', CAST(map(), 'Map(LowCardinality(String), Int64)'), entry.costs), standing) AS costs,
    argMax(entry.units, standing) AS units,
    argMax(entry.input_tokens, standing) AS input_tokens,
    argMax(entry.output_items, standing) AS output_items,
    argMax(entry.duration_ms, standing) AS duration_ms
FROM
(
    SELECT
        *,
        if(
            correction_id = '',
            (0, -toUnixTimestamp64Milli(recorded_at), -record_offset),
            (1, toUnixTimestamp64Milli(recorded_at), record_offset)) AS standing
    FROM request_journal
    WHERE verdict != 'DUPLICATE'
) AS entry
GROUP BY account_id, event_id, occurred_at
COMMENT 'Request events as they stand after all corrections: one row per event (of a call that reported its start one for the start and one for the end), duplicates left out. The last correction counts; without one the first entry, since what was published once more beyond the dedupe horizon is late and changes nothing. verdict is COUNTED or AMENDED for what is usage, VOIDED for what was taken back (costs empty). Filter by account_id and occurred_at.'
