CREATE TABLE IF NOT EXISTS plan_version
(
    -- identity
    plan_id          LowCardinality(String)        COMMENT 'The plan.',
    plan_version     Int32                         COMMENT '1, 2, 3 ... in the order of effective_from.',
    -- dimensions
    title            String                        COMMENT 'For people.',
    checksum         String                        COMMENT 'SHA-256 of the version''s content in hex.',
    charged_outcomes Array(LowCardinality(String)) COMMENT 'Outcomes that consume quota.',
    -- time
    effective_from   DateTime64(3, 'UTC')          COMMENT 'Event time from which the version holds, until the next version''s.',
    notice_period_ms Int64                         COMMENT 'How long ahead accounts are told, in milliseconds.',
    recorded_at      DateTime64(3, 'UTC')          COMMENT 'When the log took the plan.',
    -- totals
    limits Array(Tuple(
        limit_id    String,
        meter_id    String,
        amount      Nullable(Int64),
        algorithm   String,
        window_unit String,
        period_ms   Nullable(Int64),
        scope       String,
        mode        String,
        grace_ms    Int64))                        COMMENT 'What is allowed; amount null is unlimited, window_unit empty where the limit has no fixed window.',
    -- provenance
    record_topic_id  LowCardinality(String)        COMMENT 'Kafka''s id of the plan-catalog topic.',
    record_partition Int32                         COMMENT 'Partition of the record.',
    record_offset    Int64                         COMMENT 'Offset of the record; the highest of an identity holds.',

    -- how far each partition of the topic has got
    PROJECTION position
    (
        SELECT record_topic_id, record_partition, count(), max(record_offset), max(recorded_at)
        GROUP BY record_topic_id, record_partition
    )
)
ENGINE = ReplacingMergeTree(record_offset)
ORDER BY (plan_id, plan_version)
SETTINGS deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'Grain: one version of one plan. A plan that is taken out of the catalogue stays here: the journal still refers to it. Sort key: the identity. A row that is written twice changes nothing, so inserts carry no token.'
