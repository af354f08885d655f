-- A report that runs wild must not starve the sink.
CREATE SETTINGS PROFILE IF NOT EXISTS tollgate_reader_profile SETTINGS max_execution_time = 120, max_memory_usage = 8000000000, readonly = 2 TO tollgate_reader;
