-- The accounts that used most of a meter on one day. Parameters: day, meter, top (how many).
SELECT account_id, used, late
FROM usage_by_account_day
WHERE day = {day:Date32} AND meter_id = {meter:String} AND used != 0
ORDER BY used DESC, account_id
LIMIT {top:UInt32}
