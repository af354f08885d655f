CREATE VIEW IF NOT EXISTS dead_letters_by_reason
AS
SELECT
    reason,
    source_topic,
    toDate32(recorded_at) AS day,
    count() AS record_count,
    min(dead_letter.recorded_at) AS first_recorded_at,
    max(dead_letter.recorded_at) AS last_recorded_at,
    argMax(detail, dead_letter.recorded_at) AS last_detail
FROM dead_letter
GROUP BY reason, source_topic, day
COMMENT 'Rejected records by reason, topic and day of rejection, with the newest explanation.'
