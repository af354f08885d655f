CREATE VIEW IF NOT EXISTS data_freshness
AS
SELECT
    table_name,
    max(ingest_position.newest_recorded_at) AS newest_recorded_at,
    max(ingest_position.newest_event_at) AS newest_event_at,
    sum(ingest_position.row_count) AS row_count,
    toUnixTimestamp64Milli(now64(3, 'UTC')) - toUnixTimestamp64Milli(max(ingest_position.newest_recorded_at)) AS age_ms
FROM ingest_position
GROUP BY table_name
COMMENT 'How fresh each table is: append time of the newest record written, its newest event time, rows that stand, and the age in milliseconds by the clock of ClickHouse. An old age means no traffic or a sink that waits; the sink''s lag tells which.'
