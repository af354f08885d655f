CREATE TABLE IF NOT EXISTS dead_letter
(
    -- identity
    source_topic     LowCardinality(String) COMMENT 'Topic of the rejected record.',
    source_partition Int32                  COMMENT 'Its partition.',
    source_offset    Int64                  COMMENT 'Its offset.',
    -- dimensions
    reason           LowCardinality(String) COMMENT 'Code, for example MALFORMED or FUTURE_EVENT.',
    detail           String                 COMMENT 'What was wrong: name, value, allowed range.',
    account_id       String                 COMMENT 'The account; empty where it could not be told.',
    event_id         String                 COMMENT 'The event; empty where it could not be told.',
    -- time
    appended_at      DateTime64(3, 'UTC')   COMMENT 'When the log took the rejected record.',
    rejected_at      DateTime64(3, 'UTC')   COMMENT 'Clock of the topology at the rejection.',
    recorded_at      DateTime64(3, 'UTC')   COMMENT 'When the log took the dead letter.',
    -- content
    key              Nullable(String)       COMMENT 'Original key, byte for byte; null where the record had none.',
    value            Nullable(String)       COMMENT 'Original value, byte for byte; null where the record had none.',
    -- provenance
    record_topic_id  LowCardinality(String) COMMENT 'Kafka''s id of the dead-letters topic.',
    record_partition Int32                  COMMENT 'Partition of the dead letter.',
    record_offset    Int64                  COMMENT 'Offset of the dead letter.',

    -- leaves out the parts whose offsets lie elsewhere when the sink asks which records stand
    INDEX record_offset_range record_offset TYPE minmax GRANULARITY 1,

    -- how far each partition of the topic has got
    PROJECTION position
    (
        SELECT record_topic_id, record_partition, count(), max(record_offset), max(recorded_at), max(rejected_at)
        GROUP BY record_topic_id, record_partition
    )
)
ENGINE = MergeTree
PARTITION BY if(recorded_at < toDateTime64('2025-01-01 00:00:00', 3, 'UTC'), 0, toYYYYMM(recorded_at))
ORDER BY (reason, recorded_at, source_topic, source_partition, source_offset)
SETTINGS non_replicated_deduplication_window = 100000
COMMENT 'Grain: one rejection of one input record. Sort key: the question is how many of a reason in a span of time. Partitioned by the log''s own time, because the record''s times cannot be trusted. Written like request_journal: a row that stands twice would count twice.'
