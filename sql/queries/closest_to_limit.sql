-- The accounts that have used most of a limit, by the newest snapshots. Fixed windows that have ended are left out; leaky buckets count as of their last call. Parameters: at (UTC time), top (how many).
SELECT
    account_id,
    tupleElement(bucket, 'limit_id') AS limit_id,
    scope_key,
    tupleElement(bucket, 'used') AS used,
    assumeNotNull(tupleElement(bucket, 'amount')) AS amount,
    round(100 * used / amount, 1) AS used_percent,
    tupleElement(bucket, 'window_end') AS window_end
FROM account_state FINAL
ARRAY JOIN buckets AS bucket
WHERE tupleElement(bucket, 'amount') > 0 AND coalesce(tupleElement(bucket, 'window_end') > {at:DateTime64(3, 'UTC')}, true)
ORDER BY used / amount DESC, account_id, limit_id, scope_key
LIMIT {top:UInt32}
