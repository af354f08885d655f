CREATE MATERIALIZED VIEW IF NOT EXISTS usage_hour_feed TO usage_hour AS
SELECT
    account_id,
    project_id,
    api_key_id,
    endpoint,
    verdict,
    fromUnixTimestamp64Milli(toUnixTimestamp64Milli(occurred_at) - positiveModulo(toUnixTimestamp64Milli(occurred_at), 3600000), 'UTC') AS hour_start,
    count() AS event_count,
    sumMap(CAST(entry.costs, 'Map(String, Int64)')) AS costs
FROM request_journal AS entry
GROUP BY account_id, project_id, api_key_id, endpoint, verdict, hour_start
