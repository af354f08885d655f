CREATE MATERIALIZED VIEW IF NOT EXISTS ingest_position_from_dead_letter TO ingest_position AS
SELECT
    'dead_letter' AS table_name,
    record_topic_id,
    record_partition,
    max(recorded_at) AS newest_recorded_at,
    max(rejected_at) AS newest_event_at,
    count() AS row_count,
    max(record_offset) AS max_offset
FROM dead_letter
GROUP BY record_topic_id, record_partition
