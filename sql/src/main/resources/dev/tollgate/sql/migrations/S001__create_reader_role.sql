-- Analysts: read everything, change nothing.
CREATE ROLE IF NOT EXISTS tollgate_reader;
GRANT SELECT ON * TO tollgate_reader;
