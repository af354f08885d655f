-- Journal records that stand twice or whose count differs from what the positions say: one row per topic id and partition, none where the table is sound.
SELECT
    record_topic_id,
    record_partition,
    sumIf(amount, source = 'journal') AS journal_rows,
    sumIf(distinct_amount, source = 'journal') AS journal_records,
    sumIf(amount, source = 'position') AS position_rows,
    maxIf(top_offset, source = 'journal') AS journal_max_offset,
    maxIf(top_offset, source = 'position') AS position_max_offset
FROM
(
    SELECT 'journal' AS source, record_topic_id, record_partition, count() AS amount, uniqExact(record_offset) AS distinct_amount, max(record_offset) AS top_offset
    FROM request_journal
    GROUP BY record_topic_id, record_partition
    UNION ALL
    SELECT 'position', record_topic_id, record_partition, sum(row_count), 0, max(max_offset)
    FROM ingest_position
    WHERE table_name = 'request_journal'
    GROUP BY record_topic_id, record_partition
)
GROUP BY record_topic_id, record_partition
HAVING journal_rows != journal_records OR journal_rows != position_rows OR journal_max_offset != position_max_offset
ORDER BY record_topic_id, record_partition
