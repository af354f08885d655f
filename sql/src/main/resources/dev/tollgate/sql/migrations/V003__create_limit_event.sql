CREATE TABLE IF NOT EXISTS limit_event
(
    -- identity
    account_id             String                          COMMENT 'The account.',
    limit_event_id         String                          COMMENT 'Deterministic: the same history gives the same id.',
    -- dimensions
    kind                   LowCardinality(String)          COMMENT 'SOFT_LIMIT_REACHED, HARD_LIMIT_REACHED, ADVISORY_LIMIT_REACHED, LIMIT_CLEARED, SUSPENDED, REINSTATED, EXEMPTED, EXEMPTION_ENDED, PLAN_CHANGED, PLAN_CHANGE_SCHEDULED or OVERRIDE_CHANGED.',
    limit_id               LowCardinality(String)          COMMENT 'The limit; empty where the event is about the account.',
    meter_id               LowCardinality(String)          COMMENT 'Its meter; empty where the event is about the account.',
    mode                   LowCardinality(String)          COMMENT 'ENFORCE or ADVISORY.',
    scope                  LowCardinality(String)          COMMENT 'ACCOUNT, PROJECT or API_KEY: whose usage.',
    scope_key              String                          COMMENT 'Project or API key id; empty for ACCOUNT.',
    plan_id                LowCardinality(String)          COMMENT 'Plan in force at event_time.',
    plan_version           Int32                           COMMENT 'Its version.',
    cause                  LowCardinality(String)          COMMENT 'LIMIT_CLEARED: why (WINDOW_ENDED, BUCKET_DRAINED, PLAN_CHANGED, OVERRIDE_CHANGED, CORRECTED, EXEMPTED); empty otherwise.',
    reason                 String                          COMMENT 'Reason given with a command; empty otherwise.',
    -- time
    event_time             DateTime64(3, 'UTC')            COMMENT 'Event time of the crossing event, or the moment at which the limit cleared.',
    window_start           Nullable(DateTime64(3, 'UTC'))  COMMENT 'Start of the window, inclusive; null where the limit has none.',
    window_end             Nullable(DateTime64(3, 'UTC'))  COMMENT 'End of the window, exclusive; null where the limit has none.',
    blocked_until          Nullable(DateTime64(3, 'UTC'))  COMMENT 'HARD_LIMIT_REACHED: when the block ends by itself. SUSPENDED: end of a temporary suspension.',
    decided_at             DateTime64(3, 'UTC')            COMMENT 'Time of the log at the decision: append time of its record, or when it fell due. The same in a replay.',
    recorded_at            DateTime64(3, 'UTC')            COMMENT 'When the log took this event.',
    -- totals
    threshold_basis_points Nullable(Int32)                 COMMENT 'SOFT_LIMIT_REACHED: the threshold, 9000 is 90 %.',
    used                   Nullable(Int64)                 COMMENT 'The total after the crossing event.',
    amount                 Nullable(Int64)                 COMMENT 'The limit''s amount then.',
    overshoot              Nullable(Int64)                 COMMENT 'used - amount where positive: how far past the limit the decision came.',
    -- provenance
    cleared_event_id       String                          COMMENT 'LIMIT_CLEARED: limit_event_id of the alert or block that ended; empty otherwise.',
    correction_id          String                          COMMENT 'Command id of the correction that caused it; empty otherwise.',
    crossing_event_id      String                          COMMENT 'Request event or command that caused it; empty for the passing of time.',
    crossing_topic         LowCardinality(String)          COMMENT 'Topic of that record; empty for the passing of time.',
    crossing_partition     Nullable(Int32)                 COMMENT 'Its partition.',
    crossing_offset        Nullable(Int64)                 COMMENT 'Its offset.',
    version                Int64                           COMMENT 'Grows with each limit event and snapshot of the account.',
    record_topic_id        LowCardinality(String)          COMMENT 'Kafka''s id of the limit-events topic.',
    record_partition       Int32                           COMMENT 'Partition of the record.',
    record_offset          Int64                           COMMENT 'Offset of the record.',

    -- how far each partition of the topic has got
    PROJECTION position
    (
        SELECT record_topic_id, record_partition, count(), max(record_offset), max(recorded_at), max(event_time)
        GROUP BY record_topic_id, record_partition
    )
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY if(event_time < toDateTime64('2025-01-01 00:00:00', 3, 'UTC'), 0, toYYYYMM(event_time))
ORDER BY (account_id, event_time, limit_event_id)
SETTINGS deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'Grain: one alert, block, clearing or change of an account. Sort key: an account''s story in order of event time; the id ends it and, with the event time that belongs to it, is the identity. Read it through limit_event_latest (FINAL). A row that is written twice changes nothing, so inserts carry no token.'
