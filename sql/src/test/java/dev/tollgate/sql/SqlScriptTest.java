package dev.tollgate.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SqlScriptTest {
    @Test
    void givenSemicolonsInQuotesAndComments_whenSplit_thenOnlyTheOthersEndStatements() {
        String text = """
            -- first; still a comment
            SELECT 'a;b', 'it''s; fine', 'back\\'slash;' /* c; d */ FROM `odd;name`; -- after;
            /* between; */
            SELECT "x;y" -- inside; kept
            FROM t
            """;

        assertThat(SqlScript.split(text))
                .containsExactly(
                        "SELECT 'a;b', 'it''s; fine', 'back\\'slash;' /* c; d */ FROM `odd;name`",
                        "SELECT \"x;y\" -- inside; kept\nFROM t");
    }

    @Test
    void givenOnlyCommentsOrAnUnfinishedQuote_whenSplit_thenItEnds() {
        assertThat(SqlScript.split("-- nothing\n/* here")).isEmpty();
        assertThat(SqlScript.split("SELECT 'open; end")).containsExactly("SELECT 'open; end");
    }
}
