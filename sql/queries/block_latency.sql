-- From the append of the crossing event to the append of the block, in milliseconds, by quantile: what a burst can get through before it is stopped. Parameters: from_day, to_day (UTC, to_day exclusive).
SELECT
    count() AS blocks,
    quantileExactLow(0.5)(latency_ms) AS p50_ms,
    quantileExactLow(0.99)(latency_ms) AS p99_ms,
    max(latency_ms) AS max_ms
FROM
(
    SELECT toUnixTimestamp64Milli(block.recorded_at) - toUnixTimestamp64Milli(entry.appended_at) AS latency_ms
    FROM
    (
        SELECT * FROM limit_event FINAL
        WHERE kind = 'HARD_LIMIT_REACHED'
            AND event_time >= toDateTime64({from_day:Date32}, 3, 'UTC') AND event_time < toDateTime64({to_day:Date32}, 3, 'UTC')
    ) AS block
    INNER JOIN
    (
        SELECT source_topic, source_partition, source_offset, any(request_journal.appended_at) AS appended_at
        FROM request_journal
        WHERE occurred_at >= toDateTime64({from_day:Date32}, 3, 'UTC') AND occurred_at < toDateTime64({to_day:Date32}, 3, 'UTC')
        GROUP BY source_topic, source_partition, source_offset
    ) AS entry
    ON block.crossing_topic = entry.source_topic AND block.crossing_partition = entry.source_partition AND block.crossing_offset = entry.source_offset
)
