CREATE TABLE IF NOT EXISTS usage_hour
(
    -- dimensions
    account_id  String                 COMMENT 'Who pays.',
    project_id  String                 COMMENT 'Project that acted; empty for none.',
    api_key_id  String                 COMMENT 'API key that acted; empty for none.',
    endpoint    LowCardinality(String) COMMENT 'What was called.',
    verdict     LowCardinality(String) COMMENT 'As in request_journal.',
    -- time
    hour_start  DateTime64(3, 'UTC')   COMMENT 'Start of the hour of event time, inclusive.',
    -- totals
    event_count SimpleAggregateFunction(sum, UInt64)                    COMMENT 'Journal rows.',
    costs       SimpleAggregateFunction(sumMap, Map(String, Int64))     COMMENT 'Sum of the costs by meter id, as in request_journal.'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour_start)
ORDER BY (account_id, hour_start, project_id, api_key_id, endpoint, verdict)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Grain: account, hour, project, API key, endpoint and verdict; several rows of one grain may stand until they are merged, so always sum. One row holds all meters, so that event_count counts each event once. Sort key: as request_journal''s. Fed from request_journal by usage_hour_feed.'
