CREATE VIEW IF NOT EXISTS current_quota
AS
SELECT
    account_id,
    plan_id,
    plan_version,
    tupleElement(bucket, 'limit_id') AS limit_id,
    tupleElement(bucket, 'meter_id') AS meter_id,
    tupleElement(bucket, 'algorithm') AS algorithm,
    tupleElement(bucket, 'mode') AS mode,
    tupleElement(bucket, 'scope') AS scope,
    tupleElement(bucket, 'scope_key') AS scope_key,
    tupleElement(bucket, 'amount') AS amount,
    tupleElement(bucket, 'used') AS used,
    tupleElement(bucket, 'window_start') AS window_start,
    tupleElement(bucket, 'window_end') AS window_end,
    multiIf(
        algorithm = 'FIXED_WINDOW' AND window_end <= now64(3, 'UTC'), 0,
        algorithm = 'LEAKY_BUCKET' AND amount IS NOT NULL AND tupleElement(bucket, 'period_ms') > 0,
            greatest(0, used - toInt64(intDiv(
                toInt128(assumeNotNull(amount)) * greatest(0, toUnixTimestamp64Milli(now64(3, 'UTC')) - toUnixTimestamp64Milli(stream_time)),
                toInt128(assumeNotNull(tupleElement(bucket, 'period_ms')))))),
        used) AS used_now,
    if(amount IS NULL, NULL, greatest(0, assumeNotNull(amount) - used_now)) AS remaining_now,
    tupleElement(bucket, 'soft_reached') AS soft_reached,
    tupleElement(bucket, 'hard_reached') AS hard_reached,
    tupleElement(bucket, 'blocked_until') AS blocked_until,
    toBool(coalesce(blocked_until > now64(3, 'UTC'), false)) AS blocked,
    exempt,
    toBool(suspended AND coalesce(suspended_until > now64(3, 'UTC'), true)) AS suspended_now,
    stream_time,
    as_of
FROM account_state FINAL
ARRAY JOIN buckets AS bucket
WHERE scope = 'ACCOUNT' OR coalesce(window_end > now64(3, 'UTC'), true)
COMMENT 'Where each limit of each account stands, and of each project and API key that still uses some of it. used is as of stream_time; used_now and remaining_now take into account that a fixed window has ended or a leaky bucket has drained since (sliding windows and concurrency are as of stream_time). amount and remaining_now are null where unlimited. blocked and suspended_now are judged by the clock of ClickHouse.'
