-- The sink: adds rows, and reads the ledger of migrations and its own position.
CREATE ROLE IF NOT EXISTS tollgate_writer;
GRANT INSERT ON * TO tollgate_writer;
GRANT SELECT ON schema_migration TO tollgate_writer;
GRANT SELECT ON ingest_position TO tollgate_writer;
