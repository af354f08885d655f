CREATE VIEW IF NOT EXISTS ingest_position
(
    table_name         LowCardinality(String) COMMENT 'The table that was written.',
    record_topic_id    LowCardinality(String) COMMENT 'Kafka''s id of the topic that it was written from.',
    record_partition   Int32                  COMMENT 'Partition of that topic.',
    newest_recorded_at DateTime64(3, 'UTC')   COMMENT 'Append time of the newest record that stands.',
    newest_event_at    DateTime64(3, 'UTC')   COMMENT 'Newest event time, stream time or rejection among the rows that stand.',
    row_count          UInt64                 COMMENT 'Rows that stand, older versions that are not merged yet included.',
    max_offset         Int64                  COMMENT 'Highest offset that stands.'
)
AS
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
UNION ALL
SELECT 'usage_total', record_topic_id, record_partition, max(recorded_at), max(stream_time), count(), max(record_offset)
FROM usage_total
GROUP BY record_topic_id, record_partition
UNION ALL
SELECT 'limit_event', record_topic_id, record_partition, max(recorded_at), max(event_time), count(), max(record_offset)
FROM limit_event
GROUP BY record_topic_id, record_partition
UNION ALL
SELECT 'account_state', record_topic_id, record_partition, max(recorded_at), max(stream_time), count(), max(record_offset)
FROM account_state
GROUP BY record_topic_id, record_partition
UNION ALL
SELECT 'dead_letter', record_topic_id, record_partition, max(recorded_at), max(rejected_at), count(), max(record_offset)
FROM dead_letter
GROUP BY record_topic_id, record_partition
UNION ALL
SELECT 'plan_version', record_topic_id, record_partition, max(recorded_at), max(recorded_at), count(), max(record_offset)
FROM plan_version
GROUP BY record_topic_id, record_partition
COMMENT 'How far each table has got, by topic and partition: one row each, read from the projection position of the tables. The sink holds it against what it has committed, and data_freshness says how old the figures are.'
