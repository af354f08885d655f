-- At which hours of the day an account calls, in its time zone. Parameters: account, meter, from_day, to_day (days of that time zone, to_day exclusive), time_zone (IANA).
SELECT
    toHour(occurred_at, {time_zone:String}) AS hour,
    countIf(verdict = 'COUNTED') AS events,
    sum(costs[{meter:String}]) AS used
FROM request_journal
WHERE account_id = {account:String} AND verdict IN ('COUNTED', 'VOIDED', 'AMENDED')
    AND occurred_at >= toDateTime64(toString({from_day:Date32}), 3, {time_zone:String})
    AND occurred_at < toDateTime64(toString({to_day:Date32}), 3, {time_zone:String})
GROUP BY hour
ORDER BY hour
