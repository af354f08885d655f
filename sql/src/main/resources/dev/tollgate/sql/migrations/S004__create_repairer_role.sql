-- tollgate reconcile --repair: what readers and the sink may do, and beyond that delete wrong rows and make rollups anew. Nobody has it by default.
CREATE ROLE IF NOT EXISTS tollgate_repairer;
GRANT tollgate_reader, tollgate_writer TO tollgate_repairer;
GRANT ALTER DELETE, ALTER CLEAR PROJECTION, ALTER MATERIALIZE PROJECTION ON request_journal TO tollgate_repairer;
