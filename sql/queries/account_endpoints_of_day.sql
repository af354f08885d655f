-- What one account called on one day, most expensive first. Parameters: account, day, meter.
SELECT endpoint, used, late
FROM usage_by_endpoint_day
WHERE account_id = {account:String} AND day = {day:Date32} AND meter_id = {meter:String}
ORDER BY used DESC, endpoint
