CREATE MATERIALIZED VIEW IF NOT EXISTS usage_account_day_feed TO usage_account_day AS
SELECT
    account_id,
    verdict,
    toDate32(occurred_at) AS day,
    count() AS event_count,
    sumMap(CAST(entry.costs, 'Map(String, Int64)')) AS costs
FROM request_journal AS entry
GROUP BY account_id, verdict, day
