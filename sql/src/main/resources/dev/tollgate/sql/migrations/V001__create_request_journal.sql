-- The ledger: one row per verdict. Everything additive is derived from it.
CREATE TABLE IF NOT EXISTS request_journal
(
    -- identity
    account_id        String                              COMMENT 'Who pays.',
    event_id          String                              COMMENT 'The request event, unique within the account; for VOIDED and AMENDED the corrected one.',
    verdict           LowCardinality(String)              COMMENT 'COUNTED, DUPLICATE, NOT_CONSUMING, OVER_CALL_LIMIT, LATE, VOIDED or AMENDED. Usage is the sum of costs over COUNTED, VOIDED and AMENDED.',
    correction_id     String                              COMMENT 'Command id of the correction that caused this row: for VOIDED, AMENDED and whatever else an amendment leads to. Empty otherwise.',
    -- dimensions
    project_id        String                              COMMENT 'Project that acted; empty where the event names none.',
    api_key_id        String                              COMMENT 'API key that acted (its id, never the secret); empty where the event names none.',
    endpoint          LowCardinality(String)              COMMENT 'What was called.',
    outcome           LowCardinality(String)              COMMENT 'SUCCESS, AUTH_FAILED, INVALID, LIMITED or SERVER_ERROR.',
    producer          LowCardinality(String)              COMMENT 'Publishing service; empty where unknown.',
    attributes        Map(LowCardinality(String), String) COMMENT 'Labels that the service attached.',
    plan_id           LowCardinality(String)              COMMENT 'Plan in force at occurred_at; none where the account had none.',
    plan_version      Int32                               COMMENT 'Version of that plan; 0 for none.',
    late_limits       Array(LowCardinality(String))       COMMENT 'Limits whose window had closed, so that their totals do not contain this event.',
    -- time
    occurred_at       DateTime64(3, 'UTC')                COMMENT 'Event time. Held to 1900-01-01 .. 2299-12-31, the range of the type.' CODEC(Delta, ZSTD(1)),
    appended_at       DateTime64(3, 'UTC')                COMMENT 'When the log took the request event (ingestion time).' CODEC(Delta, ZSTD(1)),
    recorded_at       DateTime64(3, 'UTC')                COMMENT 'When the log took the verdict.' CODEC(Delta, ZSTD(1)),
    -- totals
    costs             Map(LowCardinality(String), Int64)  COMMENT 'Cost by meter id. Negative for VOIDED, the new costs for AMENDED; for LATE what it would have cost, part of no total. A map, because the meters are the plans'' and change without a migration; the reports that need one row per meter unfold it.',
    units             Nullable(Int64)                     COMMENT 'Size of the request in units; null where not given.',
    input_tokens      Nullable(Int64)                     COMMENT 'Input size in tokens; null where not measured.',
    output_items      Nullable(Int64)                     COMMENT 'Number of results; null where not measured.',
    duration_ms       Nullable(Int64)                     COMMENT 'Duration of the request in milliseconds; null where not measured. In each row of an event, corrections included: usage_event has it once.',
    -- provenance
    source_topic      LowCardinality(String)              COMMENT 'Topic of the request event; of a correction the corrected one.',
    source_partition  Int32                               COMMENT 'Its partition.',
    source_offset     Int64                               COMMENT 'Its offset.' CODEC(Delta, ZSTD(1)),
    application_id    LowCardinality(String)              COMMENT 'streams.application-id of the accounting role that wrote the record. One stands for a partition; the sink refuses records of another, which count everything again.',
    record_topic_id   LowCardinality(String)              COMMENT 'Kafka''s id of the usage-journal topic this row was read from; another one after the topic was made anew.',
    record_partition  Int32                               COMMENT 'Partition of the usage-journal record.',
    record_offset     Int64                               COMMENT 'Offset of the usage-journal record. Topic id, partition and offset are unique in this table.' CODEC(Delta, ZSTD(1)),

    INDEX event_id_bloom event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    -- leaves out the parts whose offsets lie elsewhere when the sink asks which records stand
    INDEX record_offset_range record_offset TYPE minmax GRANULARITY 1,

    -- a day of all accounts
    PROJECTION usage_day_account
    (
        SELECT toDate32(occurred_at), account_id, verdict, count(), sumMap(costs)
        GROUP BY toDate32(occurred_at), account_id, verdict
    ),
    -- an account's history
    PROJECTION usage_account_day
    (
        SELECT account_id, toDate32(occurred_at), verdict, count(), sumMap(costs)
        GROUP BY account_id, toDate32(occurred_at), verdict
    ),
    -- totals over all accounts
    PROJECTION usage_day
    (
        SELECT toDate32(occurred_at), verdict, count(), sumMap(costs)
        GROUP BY toDate32(occurred_at), verdict
    ),
    -- how far each partition of the topic has got, and who wrote it
    PROJECTION position
    (
        SELECT record_topic_id, record_partition, application_id, count(), max(record_offset), max(recorded_at), max(occurred_at)
        GROUP BY record_topic_id, record_partition, application_id
    )
)
ENGINE = MergeTree
PARTITION BY if(occurred_at < toDateTime64('2025-01-01 00:00:00', 3, 'UTC'), 0, toYYYYMM(occurred_at))
ORDER BY (account_id, occurred_at, record_partition, record_offset)
SETTINGS non_replicated_deduplication_window = 100000
COMMENT 'Grain: one verdict on one request event (a correction adds a row). Sort key: questions name an account and a span of time; the plain occurred_at prunes by any span and in any time zone, which no expression over it does. The rollups are projections inside the parts, so that they hold the same rows as the journal at every moment; a query is served by one if its expressions are the same text (toDate32(occurred_at)). Partitioned by month of event time, so that a month can be exported or dropped whole. No TTL: these are the books. Written by the sink in batches with a deduplication token; the last 100000 inserts are remembered.'
