-- Cumulative figures ("so far"): never the source of an additive view.
CREATE TABLE IF NOT EXISTS usage_total
(
    -- identity
    account_id       String                 COMMENT 'The account.',
    limit_id         LowCardinality(String) COMMENT 'The limit whose window this is.',
    scope            LowCardinality(String) COMMENT 'ACCOUNT, PROJECT or API_KEY: whose usage.',
    scope_key        String                 COMMENT 'Project or API key id; empty for ACCOUNT.',
    window_start     DateTime64(3, 'UTC')   COMMENT 'Start of the window, inclusive.',
    meter_id         LowCardinality(String) COMMENT 'The meter that is summed.',
    window_unit      LowCardinality(String) COMMENT 'How long the limit''s windows are, as its plan says: MINUTE, 15 MINUTE.',
    -- dimensions
    plan_id          LowCardinality(String) COMMENT 'Plan in force at the last event of the window.',
    plan_version     Int32                  COMMENT 'Its version.',
    -- time
    window_end       DateTime64(3, 'UTC')   COMMENT 'End of the window, exclusive.',
    stream_time      DateTime64(3, 'UTC')   COMMENT 'The account''s stream time: the figure is complete as of then.',
    recorded_at      DateTime64(3, 'UTC')   COMMENT 'When the log took this total.',
    -- totals
    used             Int64                  COMMENT 'Sum of the costs in the window so far.',
    amount           Nullable(Int64)        COMMENT 'The limit''s amount then; null is unlimited.',
    closed           Bool                   COMMENT 'Whether the window takes no more events.',
    -- provenance
    version          Int64                  COMMENT 'Grows with each change of the account; the highest of an identity holds.',
    record_topic_id  LowCardinality(String) COMMENT 'Kafka''s id of the usage-totals topic.',
    record_partition Int32                  COMMENT 'Partition of the record.',
    record_offset    Int64                  COMMENT 'Offset of the record.',

    -- how far each partition of the topic has got
    PROJECTION position
    (
        SELECT record_topic_id, record_partition, count(), max(record_offset), max(recorded_at), max(stream_time)
        GROUP BY record_topic_id, record_partition
    )
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY if(window_start < toDateTime64('2025-01-01 00:00:00', 3, 'UTC'), 0, toYYYYMM(window_start))
ORDER BY (account_id, limit_id, scope, scope_key, window_start, meter_id, window_unit)
SETTINGS deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'Grain: account, limit, scope and window, and what the limit counts, which another plan may say otherwise under the same id; older versions may stand until they are merged, so read it through window_total (FINAL). Sort key: the identity, account first. Partitioned by month of the window''s start, which is part of the identity, so that versions of one row always meet. A row that is written twice changes nothing, so inserts carry no token.'
