CREATE TABLE IF NOT EXISTS lost_range
(
    table_name       LowCardinality(String) COMMENT 'Table whose rows are lost.',
    topic            LowCardinality(String) COMMENT 'Topic that they should have come from.',
    record_topic_id  LowCardinality(String) COMMENT 'Kafka''s id of that topic.',
    record_partition Int32                  COMMENT 'Its partition.',
    from_offset      Int64                  COMMENT 'First offset, inclusive.',
    to_offset        Int64                  COMMENT 'Last offset, exclusive. Some offsets are markers of transactions, so that fewer records are lost.',
    found_at         DateTime64(3, 'UTC')   COMMENT 'When a sink found it, by the clock of ClickHouse.',
    reason           String                 COMMENT 'What the sink saw.'
)
ENGINE = ReplacingMergeTree(found_at)
ORDER BY (record_topic_id, record_partition, table_name, from_offset, to_offset)
SETTINGS deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'Grain: one range of offsets that neither the log nor the table has, found when a sink took the partition. Read with FINAL; a range that was found again may hold an earlier one. tollgate reconcile reports them as known.'
