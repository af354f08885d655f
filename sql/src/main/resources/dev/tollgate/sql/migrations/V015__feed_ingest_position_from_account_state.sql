CREATE MATERIALIZED VIEW IF NOT EXISTS ingest_position_from_account_state TO ingest_position AS
SELECT
    'account_state' AS table_name,
    record_topic_id,
    record_partition,
    max(recorded_at) AS newest_recorded_at,
    max(stream_time) AS newest_event_at,
    count() AS row_count,
    max(record_offset) AS max_offset
FROM account_state
GROUP BY record_topic_id, record_partition
