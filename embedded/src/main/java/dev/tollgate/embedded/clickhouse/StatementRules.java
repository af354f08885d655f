package dev.tollgate.embedded.clickhouse;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Rejects what reaches files or the network and is not a matter of the engine's rights ({@link EngineRights}): in a
 * library the engine takes itself for a command line tool, whose user may read and write files with the function
 * {@code file}, {@code INTO OUTFILE} and {@code FROM INFILE}.
 *
 * <p>The rules are for words, wherever they stand outside texts and comments, since a function can be named without
 * being called ({@code * APPLY(file)}).
 */
final class StatementRules {
    /** Settings that would let a text be run as a statement, or expressions be read out of a text. */
    private static final Set<String> SETTINGS = Set.of(
            "allow_experimental_eval_table_function",
            "input_format_values_interpret_expressions",
            "input_format_values_deduce_templates_of_expressions");

    private static final Set<String> WORDS = Set.of("file", "outfile", "infile", "catboostevaluate", "eval");

    /** Table and database engines that keep their data in the data folder or in memory. */
    private static final Set<String> ENGINES = Set.of(
            "mergetree",
            "replacingmergetree",
            "summingmergetree",
            "aggregatingmergetree",
            "collapsingmergetree",
            "versionedcollapsingmergetree",
            "coalescingmergetree",
            "memory",
            "null",
            "log",
            "tinylog",
            "stripelog",
            "set",
            "join",
            "buffer",
            "merge",
            "view",
            "materializedview",
            "atomic");

    private static final Set<String> DEFINING = Set.of("create", "attach", "replace");

    private StatementRules() {}

    /**
     * Checks a statement, without the data behind it, and the values for its {@code {name:Identifier}}.
     *
     * @throws ClickHouseException that names what is not allowed
     */
    static void checkStatement(byte[] statement, Collection<String> parameterValues) {
        SqlTokens tokens = new SqlTokens(statement);
        boolean defines = false;
        boolean ended = false;
        String before = "";
        while (tokens.next()) {
            checkToken(tokens);
            if (tokens.isSymbol(';')) {
                ended = true;
                continue;
            }
            if (ended) {
                throw ClickHouseException.of(
                        ClickHouseException.SYNTAX_ERROR, "one request holds one statement: another follows the ';'");
            }
            String name = tokens.name();
            if (before.equals("disk") && tokens.isSymbol('(')) {
                throw denied("disk(...)");
            }
            if (before.equals("engine") && tokens.isSymbol('=')) {
                continue;
            }
            if (defines && before.equals("engine") && !name.isEmpty() && !ENGINES.contains(name)) {
                throw denied("the engine " + tokens.written());
            }
            if (name.equals("identifier")) {
                parameterValues.forEach(StatementRules::checkIdentifier);
            }
            defines |= DEFINING.contains(name);
            before = name;
        }
    }

    /**
     * Checks rows behind VALUES, which may hold expressions.
     *
     * @throws ClickHouseException that names what is not allowed
     */
    static void checkValues(byte[] rows) {
        SqlTokens tokens = new SqlTokens(rows);
        while (tokens.next()) {
            checkToken(tokens);
            if (tokens.isWord("SELECT")) {
                throw denied("SELECT within VALUES");
            }
            if (tokens.name().equals("format")) {
                throw denied("format within VALUES");
            }
        }
    }

    /** Checks the names of settings. */
    static void checkSettings(Map<String, String> settings) {
        for (String name : settings.keySet()) {
            if (SETTINGS.contains(name.toLowerCase(Locale.ROOT))) {
                throw denied("the setting " + name);
            }
        }
    }

    private static void checkToken(SqlTokens tokens) {
        String name = tokens.name();
        if (tokens.kind() == SqlTokens.Kind.UNCLOSED) {
            throw ClickHouseException.of(
                    ClickHouseException.SYNTAX_ERROR, "a quote or comment is not closed: Syntax error");
        }
        if (tokens.isSymbol('\0')) {
            throw ClickHouseException.of(
                    ClickHouseException.SYNTAX_ERROR, "a statement holds no NUL character: Syntax error");
        }
        if (tokens.kind() == SqlTokens.Kind.QUOTED_NAME && name.indexOf('\\') >= 0) {
            // What it stands for is known to the engine alone.
            throw denied("a name with a backslash");
        }
        if (WORDS.contains(name) || SETTINGS.contains(name)) {
            throw denied(tokens.written());
        }
    }

    private static void checkIdentifier(String value) {
        SqlTokens tokens = new SqlTokens(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        while (tokens.next()) {
            checkToken(tokens);
        }
    }

    private static ClickHouseException denied(String what) {
        return ClickHouseException.of(
                ClickHouseException.ACCESS_DENIED,
                what + " is not allowed: the embedded ClickHouse reads and writes its own data folder only");
    }
}
