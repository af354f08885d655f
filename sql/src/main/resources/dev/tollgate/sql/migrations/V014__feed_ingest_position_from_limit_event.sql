CREATE MATERIALIZED VIEW IF NOT EXISTS ingest_position_from_limit_event TO ingest_position AS
SELECT
    'limit_event' AS table_name,
    record_topic_id,
    record_partition,
    max(recorded_at) AS newest_recorded_at,
    max(event_time) AS newest_event_at,
    count() AS row_count,
    max(record_offset) AS max_offset
FROM limit_event
GROUP BY record_topic_id, record_partition
