CREATE TABLE IF NOT EXISTS ingest_position
(
    -- identity
    table_name       LowCardinality(String)                               COMMENT 'The table that was written.',
    record_topic_id  LowCardinality(String)                               COMMENT 'Kafka''s id of the topic that it was written from.',
    record_partition Int32                                                COMMENT 'Partition of that topic.',
    -- time
    newest_recorded_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Append time of the newest record written.',
    newest_event_at    SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'Newest event time, stream time or rejection among the records written.',
    -- totals
    row_count        SimpleAggregateFunction(sum, UInt64)                 COMMENT 'Rows written, older versions included.',
    max_offset       SimpleAggregateFunction(max, Int64)                  COMMENT 'Highest offset written.'
)
ENGINE = AggregatingMergeTree
ORDER BY (table_name, record_topic_id, record_partition)
SETTINGS non_replicated_deduplication_window = 60000
COMMENT 'Grain: table, topic and partition; always aggregate. How far each table has got: the sink refuses to write below max_offset without a recorded intent, and data_freshness says how old the figures are. Sort key: the identity.'
