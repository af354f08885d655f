CREATE TABLE IF NOT EXISTS account_state
(
    -- identity
    account_id       String                          COMMENT 'The account.',
    scope            LowCardinality(String)          COMMENT 'ACCOUNT: the row is about the account and its limits of that scope. PROJECT or API_KEY: about one project or key and its limits.',
    scope_key        String                          COMMENT 'Project or API key id; empty for ACCOUNT and for calls that name none.',
    -- dimensions
    plan_id          LowCardinality(String)          COMMENT 'Plan in force at stream_time.',
    plan_version     Int32                           COMMENT 'Its version.',
    exempt           Bool                            COMMENT 'Nothing is enforced.',
    suspended        Bool                            COMMENT 'Everything is denied.',
    suspension_reason String                         COMMENT 'As given; empty for none.',
    -- time
    stream_time      DateTime64(3, 'UTC')            COMMENT 'Highest event time that the account has accepted.',
    as_of            DateTime64(3, 'UTC')            COMMENT 'Append time of the newest record in the snapshot.',
    suspended_until  Nullable(DateTime64(3, 'UTC'))  COMMENT 'End of a temporary suspension; null with suspended is until reinstated.',
    recorded_at      DateTime64(3, 'UTC')            COMMENT 'When the log took the snapshot.',
    -- totals
    buckets Array(Tuple(
        limit_id      String,
        meter_id      String,
        algorithm     String,
        mode          String,
        scope         String,
        scope_key     String,
        amount        Nullable(Int64),
        used          Int64,
        window_start  Nullable(DateTime64(3, 'UTC')),
        window_end    Nullable(DateTime64(3, 'UTC')),
        period_ms     Nullable(Int64),
        soft_reached  Bool,
        hard_reached  Bool,
        blocked_until Nullable(DateTime64(3, 'UTC')))) COMMENT 'Where each limit stands; amount null is unlimited, period_ms in milliseconds. In the account''s row, so that a snapshot is replaced whole and no bucket of an older one is left behind.',
    -- provenance
    version          Int64                           COMMENT 'Grows with each snapshot; the highest holds.',
    source_partition Int32                           COMMENT 'Partition of request-events that feeds the account.',
    source_offset    Int64                           COMMENT 'Last offset of it in the snapshot; -1 before the first event.',
    record_topic_id  LowCardinality(String)          COMMENT 'Kafka''s id of the limit-state topic.',
    record_partition Int32                           COMMENT 'Partition of the record.',
    record_offset    Int64                           COMMENT 'Offset of the record.',

    -- how far each partition of the topic has got
    PROJECTION position
    (
        SELECT record_topic_id, record_partition, count(), max(record_offset), max(recorded_at), max(stream_time)
        GROUP BY record_topic_id, record_partition
    )
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (account_id, scope, scope_key)
SETTINGS deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'Grain: the newest snapshot of one account, or of one of its projects or API keys; older ones may stand until they are merged, so read it through current_quota (FINAL). Sort key: the identity. Not partitioned: there is one row per account, project and key. The row of a project or key stays when nothing of it is in use any more; current_quota leaves it out then. A row that is written twice changes nothing, so inserts carry no token.'
