-- How much of an account's usage came too late for every window, and how much was taken back, in percent of what was charged at first. Parameters: meter, from_day, to_day (UTC, to_day exclusive).
SELECT
    account_id,
    sumIf(costs[{meter:String}], verdict IN ('COUNTED', 'AMENDED')) AS charged,
    sumIf(costs[{meter:String}], verdict = 'LATE') AS late,
    -sumIf(costs[{meter:String}], verdict = 'VOIDED') AS taken_back,
    if(charged + late = 0, NULL, round(100 * late / (charged + late), 1)) AS late_percent,
    if(charged = 0, NULL, round(100 * taken_back / charged, 1)) AS taken_back_percent
FROM request_journal
WHERE occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
GROUP BY account_id
HAVING late != 0 OR taken_back != 0
ORDER BY late + taken_back DESC, account_id
