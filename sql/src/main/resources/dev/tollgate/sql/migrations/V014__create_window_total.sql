CREATE VIEW IF NOT EXISTS window_total
AS
SELECT
    account_id, limit_id, scope, scope_key, window_start, window_end, window_unit, meter_id, plan_id, plan_version,
    used, amount, closed, stream_time, recorded_at, version
FROM usage_total FINAL
COMMENT 'Newest total of each account, limit, scope and window. closed = true is final; the rest is so far, as of stream_time.'
