-- Usage by project for an invoice month in the customer's time zone, to the millisecond. Parameters: account, month (its first day), time_zone (IANA, such as Asia/Kathmandu).
SELECT
    project_id,
    meter_id,
    sumIf(cost, verdict IN ('COUNTED', 'VOIDED', 'AMENDED')) AS used,
    sumIf(cost, verdict = 'LATE') AS late
FROM request_journal
ARRAY JOIN mapKeys(costs) AS meter_id, mapValues(costs) AS cost
WHERE account_id = {account:String}
    AND occurred_at >= toDateTime64(toString({month:Date32}), 3, {time_zone:String})
    AND occurred_at < toDateTime64(toString({month:Date32} + INTERVAL 1 MONTH), 3, {time_zone:String})
GROUP BY project_id, meter_id
HAVING used != 0 OR late != 0
ORDER BY project_id, meter_id
