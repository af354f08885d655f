CREATE TABLE IF NOT EXISTS usage_account_day
(
    -- dimensions
    account_id  String                 COMMENT 'Who pays.',
    verdict     LowCardinality(String) COMMENT 'As in request_journal.',
    -- time
    day         Date32                 COMMENT 'Day of event time, UTC.',
    -- totals
    event_count SimpleAggregateFunction(sum, UInt64)                COMMENT 'Journal rows.',
    costs       SimpleAggregateFunction(sumMap, Map(String, Int64)) COMMENT 'Sum of the costs by meter id, as in request_journal.'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, account_id, verdict)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Grain: account, day and verdict; always sum. Sort key: the day comes first, because this table answers questions over all accounts (the top accounts of a day, the total of a month); one account''s history is in usage_hour. Fed from request_journal by usage_account_day_feed.'
