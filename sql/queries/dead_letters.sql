-- Rejected records by reason, with the newest explanation. Parameters: from_day, to_day (UTC days of rejection, to_day exclusive).
SELECT reason, source_topic, sum(dead_letters_by_reason.record_count) AS records, max(dead_letters_by_reason.last_recorded_at) AS newest, argMax(last_detail, dead_letters_by_reason.last_recorded_at) AS newest_detail
FROM dead_letters_by_reason
WHERE day >= {from_day:Date32} AND day < {to_day:Date32}
GROUP BY reason, source_topic
ORDER BY records DESC, reason, source_topic
