CREATE MATERIALIZED VIEW IF NOT EXISTS ingest_position_from_plan_version TO ingest_position AS
SELECT
    'plan_version' AS table_name,
    record_topic_id,
    record_partition,
    max(recorded_at) AS newest_recorded_at,
    max(recorded_at) AS newest_event_at,
    count() AS row_count,
    max(record_offset) AS max_offset
FROM plan_version
GROUP BY record_topic_id, record_partition
