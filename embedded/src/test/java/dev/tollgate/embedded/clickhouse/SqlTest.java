package dev.tollgate.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTest {

    @ParameterizedTest
    @CsvFileSource(resources = "inserts-with-data.csv", delimiter = '|', quoteCharacter = '"')
    void givenInsertWithData_whenScanned_thenStatementFormatAndDataAreToldApart(
            String text, String statement, String format, String data) {
        byte[] bytes = unescape(text);

        Sql scanned = Sql.scan(bytes);

        assertThat(scanned).isInstanceOf(Sql.Insert.class);
        Sql.Insert insert = (Sql.Insert) scanned;
        assertThat(new String(bytes, 0, insert.statementEnd(), UTF_8).strip())
                .isEqualTo(new String(unescape(statement), UTF_8));
        assertThat(insert.format()).isEqualTo(format);
        assertThat(new String(bytes, insert.dataStart(), bytes.length - insert.dataStart(), UTF_8)
                        .replaceFirst("^ ", ""))
                .isEqualTo(new String(unescape(data), UTF_8));
    }

    @Test
    void givenBinaryDataThatLooksLikeBlanks_whenScanned_thenOnlyTheLineEndIsCutOff() {
        byte[] bytes = "INSERT INTO t FORMAT RowBinary\n\n \t".getBytes(UTF_8);

        Sql.Insert insert = (Sql.Insert) Sql.scan(bytes);

        assertThat(insert.dataStart()).isEqualTo("INSERT INTO t FORMAT RowBinary\n".length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t SELECT 1 FORMAT",
                "INSERT INTO t (a) WITH x AS (SELECT 1) SELECT * FROM x",
                "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
                "INSERT INTO t",
                "INSERT",
                "CREATE TABLE values (format String)",
                "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
                "(SELECT 1) UNION ALL (SELECT 2)",
                "",
                "  -- nothing"
            })
    void givenStatementWithoutDataOrStreamableResult_whenScanned_thenItIsPassedOnAsAWhole(String text) {
        assertThat(Sql.scan(text.getBytes(UTF_8))).isInstanceOf(Sql.Other.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', nullValues = "null", textBlock = """
        SELECT 1                                                | null
        SELECT 1 FORMAT JSONEachRow                             | JSONEachRow
        select format('{}', 1) AS format FROM t                 | null
        SELECT 1 AS format FROM t FORMAT TSV SETTINGS a = 1;    | TSV
        SELECT 1 FORMAT CSV;                                    | CSV
        SELECT ' FORMAT CSV' -- FORMAT TSV                      | null
        WITH 1 AS x SELECT x FORMAT RowBinary                   | RowBinary
        """)
    void givenSelect_whenScanned_thenOnlyItsOwnFormatClauseCounts(String text, String format) {
        assertThat(Sql.scan(text.getBytes(UTF_8))).isEqualTo(new Sql.Select(format));
    }

    @Test
    void givenShow_whenScanned_thenItsFormatIsFound() {
        assertThat(Sql.scan("SHOW TABLES FORMAT TSV".getBytes(UTF_8))).isEqualTo(new Sql.Other("TSV"));
    }

    private static byte[] unescape(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r").getBytes(UTF_8);
    }
}
