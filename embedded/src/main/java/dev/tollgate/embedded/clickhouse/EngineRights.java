package dev.tollgate.embedded.clickhouse;

import dev.tollgate.embedded.process.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What statements may do in the engine: everything with the tables of its own folder, nothing with files elsewhere, the
 * network or other databases. The engine itself denies the rest, wherever it stands: sources ({@code file},
 * {@code url}, {@code s3}, {@code remote}, {@code mysql}, ...), functions and dictionaries of the user's, named
 * collections, backups, users.
 */
final class EngineRights {
    private static final String GRANTS = "SHOW, SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW,"
            + " CREATE TEMPORARY TABLE, DROP DATABASE, DROP TABLE, DROP VIEW, UNDROP TABLE, TRUNCATE, OPTIMIZE,"
            + " KILL QUERY, CHECK, SYSTEM MERGES, SYSTEM DROP CACHE, SYSTEM FLUSH";

    /** Settings that name files or addresses, or another language that would be translated into SQL. */
    private static final String[] FIXED_SETTINGS = {
        "dialect",
        "format_avro_schema_registry_url",
        "format_schema",
        "format_schema_source",
        "format_template_resultset",
        "format_template_row",
        "input_format_record_errors_file_path",
        "output_format_schema",
        "rename_files_after_processing"
    };

    private EngineRights() {}

    /**
     * Writes them for the next start.
     *
     * @return the file that the engine is to be started with
     */
    static Path write(Path folder) throws IOException {
        PrivateFiles.folder(folder);
        Path users = folder.resolve("users.xml");
        Path config = folder.resolve("config.xml");
        StringBuilder constraints = new StringBuilder();
        for (String setting : FIXED_SETTINGS) {
            constraints.append("<%s><readonly/></%s>".formatted(setting, setting));
        }
        PrivateFiles.write(users, """
            <clickhouse>
              <profiles><default><constraints>%s</constraints></default></profiles>
              <quotas><default/></quotas>
              <users>
                <default>
                  <password/>
                  <networks><ip>127.0.0.1</ip></networks>
                  <profile>default</profile>
                  <quota>default</quota>
                  <grants><query>GRANT %s ON *.*</query></grants>
                </default>
              </users>
            </clickhouse>
            """.formatted(constraints, GRANTS));
        PrivateFiles.write(config, """
            <clickhouse>
              <users_config>%s</users_config>
              <user_directories><users_xml><path>%s</path></users_xml></user_directories>
            </clickhouse>
            """.formatted(xml(users), xml(users)));
        return config;
    }

    private static String xml(Path path) {
        return path.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
