-- Whose usage has changed most against the days before: who is leaving, and who is about to need more. Parameters: meter, from_day (first day of the newer span, UTC), days (length of each of the two spans).
SELECT
    account_id,
    sumIf(usage_by_account_day.used, day < {from_day:Date32}) AS used_before,
    sumIf(usage_by_account_day.used, day >= {from_day:Date32}) AS used_since,
    used_since - used_before AS difference
FROM usage_by_account_day
WHERE meter_id = {meter:String} AND day >= {from_day:Date32} - {days:UInt16} AND day < {from_day:Date32} + {days:UInt16}
GROUP BY account_id
HAVING difference != 0
ORDER BY abs(difference) DESC, account_id
