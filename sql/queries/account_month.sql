-- One account's month by day and meter. Parameters: account, month (its first day).
SELECT day, meter_id, used, late
FROM usage_by_account_day
WHERE account_id = {account:String} AND day >= {month:Date32} AND day < {month:Date32} + INTERVAL 1 MONTH
ORDER BY day, meter_id
