CREATE MATERIALIZED VIEW IF NOT EXISTS ingest_position_from_request_journal TO ingest_position AS
SELECT
    'request_journal' AS table_name,
    record_topic_id,
    record_partition,
    max(recorded_at) AS newest_recorded_at,
    max(occurred_at) AS newest_event_at,
    count() AS row_count,
    max(record_offset) AS max_offset
FROM request_journal
GROUP BY record_topic_id, record_partition
