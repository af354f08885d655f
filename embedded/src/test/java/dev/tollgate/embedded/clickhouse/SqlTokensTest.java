package dev.tollgate.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SqlTokensTest {
    @Test
    void givenQuotesCommentsAndHereDocuments_whenRead_thenTokensAreThoseOfTheEngine() {
        assertThat(tokens(
                        "SELECT 'it''s \\' --' , \"a\"\"b\" -- file\n, `c\\`d` /* ' */ # '\n$t$ ' $$ $t$ a$b ‘x’ “y”"))
                .containsExactly(
                        "WORD SELECT",
                        "TEXT 'it''s \\' --'",
                        "SYMBOL ,",
                        "QUOTED_NAME a\"\"b",
                        "SYMBOL ,",
                        "QUOTED_NAME c\\`d",
                        "TEXT $t$ ' $$ $t$",
                        "WORD a$b",
                        "TEXT ‘x’",
                        "QUOTED_NAME y");
    }

    @Test
    void givenNestedComment_whenRead_thenItEndsAtTheFirstEnd() {
        assertThat(tokens("/* a /* b */ c")).containsExactly("WORD c");
    }

    @Test
    void givenQuoteOrCommentWithoutEnd_whenRead_thenItIsUnclosed() {
        assertThat(tokens("a 'b")).containsExactly("WORD a", "UNCLOSED 'b");
        assertThat(tokens("a \"b\\\"")).containsExactly("WORD a", "UNCLOSED \"b\\\"");
        assertThat(tokens("a /* b")).containsExactly("WORD a", "UNCLOSED /* b");
        assertThat(tokens("a '\\")).containsExactly("WORD a", "UNCLOSED '\\");
        assertThat(tokens("$a$ b")).containsExactly("WORD $a$", "WORD b");
    }

    private static List<String> tokens(String sql) {
        SqlTokens tokens = new SqlTokens(sql.getBytes(UTF_8));
        List<String> read = new ArrayList<>();
        while (tokens.next()) {
            read.add(tokens.kind() + " "
                    + new String(tokens.written().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), UTF_8));
        }
        return read;
    }
}
