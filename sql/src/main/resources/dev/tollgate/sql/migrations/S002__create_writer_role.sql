-- The sink: adds rows, and reads the ledger of migrations and which records stand. A row that is read back is known by its position alone.
CREATE ROLE IF NOT EXISTS tollgate_writer;
GRANT INSERT ON * TO tollgate_writer;
GRANT SELECT ON schema_migration TO tollgate_writer;
GRANT SELECT(occurred_at, recorded_at, application_id, record_topic_id, record_partition, record_offset) ON request_journal TO tollgate_writer;
GRANT SELECT ON lost_range TO tollgate_writer;
GRANT SELECT(recorded_at, record_topic_id, record_partition, record_offset) ON dead_letter TO tollgate_writer;
GRANT SELECT(record_topic_id, record_partition, record_offset) ON usage_total TO tollgate_writer;
GRANT SELECT(record_topic_id, record_partition, record_offset) ON limit_event TO tollgate_writer;
GRANT SELECT(record_topic_id, record_partition, record_offset) ON account_state TO tollgate_writer;
GRANT SELECT(record_topic_id, record_partition, record_offset) ON plan_version TO tollgate_writer;
