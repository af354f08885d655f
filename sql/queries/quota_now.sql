-- What one account has left, limit by limit, the tightest first. Parameters: account.
SELECT limit_id, scope, scope_key, used_now, amount, remaining_now, window_end, blocked, blocked_until, as_of
FROM current_quota
WHERE account_id = {account:String}
ORDER BY if(amount > 0, remaining_now / amount, 1), limit_id, scope_key
