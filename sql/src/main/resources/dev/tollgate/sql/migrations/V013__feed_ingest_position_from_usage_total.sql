CREATE MATERIALIZED VIEW IF NOT EXISTS ingest_position_from_usage_total TO ingest_position AS
SELECT
    'usage_total' AS table_name,
    record_topic_id,
    record_partition,
    max(recorded_at) AS newest_recorded_at,
    max(stream_time) AS newest_event_at,
    count() AS row_count,
    max(record_offset) AS max_offset
FROM usage_total
GROUP BY record_topic_id, record_partition
