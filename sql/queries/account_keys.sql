-- Which API keys use up a shared account, with their share in percent. Parameters: account, meter, from_day, to_day (UTC, to_day exclusive).
SELECT
    api_key_id,
    sum(usage_by_api_key_day.used) AS used,
    round(100 * used / sum(used) OVER (), 1) AS used_percent
FROM usage_by_api_key_day
WHERE account_id = {account:String} AND meter_id = {meter:String} AND day >= {from_day:Date32} AND day < {to_day:Date32}
GROUP BY api_key_id
HAVING used != 0
ORDER BY used DESC, api_key_id
