-- Who reaches which limit before its window ends, if he goes on as in the last hours; soonest first. Fixed windows of accounts. Parameters: at (UTC time), hours (how many make the pace, 1 or more).
SELECT
    state.account_id AS account_id,
    state.limit_id AS limit_id,
    state.used AS used,
    state.amount AS amount,
    round(pace.used / {hours:UInt32}, 3) AS pace_per_hour,
    {at:DateTime64(3, 'UTC')} + toIntervalSecond(toInt64(ceil((state.amount - state.used) * {hours:UInt32} * 3600 / pace.used))) AS reaches_amount_at,
    state.window_end AS window_end
FROM
(
    SELECT
        account_id,
        tupleElement(bucket, 'limit_id') AS limit_id,
        tupleElement(bucket, 'meter_id') AS meter_id,
        tupleElement(bucket, 'used') AS used,
        assumeNotNull(tupleElement(bucket, 'amount')) AS amount,
        tupleElement(bucket, 'window_end') AS window_end
    FROM account_state FINAL
    ARRAY JOIN buckets AS bucket
    WHERE scope = 'ACCOUNT' AND tupleElement(bucket, 'algorithm') = 'FIXED_WINDOW' AND tupleElement(bucket, 'amount') IS NOT NULL
        AND tupleElement(bucket, 'window_start') <= {at:DateTime64(3, 'UTC')} AND tupleElement(bucket, 'window_end') > {at:DateTime64(3, 'UTC')}
) AS state
INNER JOIN
(
    SELECT account_id, meter_id, sum(cost) AS used
    FROM request_journal
    ARRAY JOIN mapKeys(costs) AS meter_id, mapValues(costs) AS cost
    WHERE verdict IN ('COUNTED', 'VOIDED', 'AMENDED')
        AND occurred_at > {at:DateTime64(3, 'UTC')} - toIntervalHour({hours:UInt32}) AND occurred_at <= {at:DateTime64(3, 'UTC')}
    GROUP BY account_id, meter_id
    HAVING used > 0
) AS pace
ON state.account_id = pace.account_id AND state.meter_id = pace.meter_id
WHERE used < amount AND reaches_amount_at < window_end
ORDER BY reaches_amount_at, account_id, limit_id
