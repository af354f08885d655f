package dev.tollgate.embedded.clickhouse;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint must know of a statement before the engine parses it: whether data follows it and from which byte
 * on, whether its result can be passed on in pieces, and the format that it asks for.
 *
 * <p>A scan over words, quoted text, comments and brackets suffices: FORMAT, VALUES and the first verb only count
 * outside all of these.
 */
sealed interface Sql {

    /**
     * An INSERT with its data behind it.
     *
     * @param statementEnd the number of bytes before FORMAT or VALUES
     * @param dataStart the offset of the first byte of data, at most the number of bytes scanned
     * @param format the input format; {@code Values} behind VALUES
     */
    record Insert(int statementEnd, int dataStart, String format) implements Sql {}

    /** @param format the output format that the statement asks for, null where it asks for none */
    record Select(@Nullable String format) implements Sql {}

    /** Any other statement; its {@code format} as for {@link Select}. */
    record Other(@Nullable String format) implements Sql {}

    /** Scans a statement, or the beginning of one that is followed by its data. */
    static Sql scan(byte[] utf8) {
        // One char per byte: offsets in the text are offsets in the bytes, and all that counts is ASCII.
        return new Scanner(new String(utf8, StandardCharsets.ISO_8859_1)).statement();
    }

    /** A cursor over the tokens of one text. */
    final class Scanner {
        private static final Set<String> QUERY_VERBS = Set.of("SELECT", "WITH", "FROM", "WATCH");

        private final String text;
        private int start;
        private int end;

        private Scanner(String text) {
            this.text = text;
        }

        private Sql statement() {
            next();
            String verb = word();
            if (verb.equals("INSERT")) {
                return insert();
            }
            boolean streamable = verb.equals("SELECT") || verb.equals("WITH");
            String format = null;
            while (next()) {
                switch (word()) {
                    case "INSERT" -> streamable = false;
                    case "FORMAT" -> {
                        String candidate = trailingFormat();
                        format = candidate == null ? format : candidate;
                    }
                    default -> {}
                }
            }
            return streamable ? new Select(format) : new Other(format);
        }

        private Sql insert() {
            next();
            if (word().equals("INTO")) {
                next();
            }
            if (word().equals("TABLE") || word().equals("FUNCTION")) {
                next();
            }
            while (nextIs('.')) {
                next();
                next();
            }
            while (next()) {
                String word = word();
                if (QUERY_VERBS.contains(word)) {
                    return new Other(null);
                }
                if (word.equals("VALUES")) {
                    return new Insert(start, end, "Values");
                }
                if (word.equals("FORMAT")) {
                    int statementEnd = start;
                    next();
                    return new Insert(statementEnd, dataAfterFormat(), text.substring(start, end));
                }
            }
            return new Other(null);
        }

        /** As ClickHouse's parser has it: blanks, then at most one line end, are still the statement. */
        private int dataAfterFormat() {
            int position = end;
            while (position < text.length() && (text.charAt(position) == ' ' || text.charAt(position) == '\t')) {
                position++;
            }
            if (text.startsWith(";", position)) {
                position++;
            }
            if (text.startsWith("\r", position)) {
                position++;
            }
            if (text.startsWith("\n", position)) {
                position++;
            }
            return position;
        }

        /** The word behind FORMAT if that ends the statement or only settings follow; null where FORMAT is a name. */
        private @Nullable String trailingFormat() {
            int formatStart = start;
            int formatEnd = end;
            String name = null;
            if (next() && !word().isEmpty()) {
                String candidate = text.substring(start, end);
                if (!next() || text.charAt(start) == ';' || word().equals("SETTINGS")) {
                    name = candidate;
                }
            }
            start = formatStart;
            end = formatEnd;
            return name;
        }

        private boolean nextIs(char expected) {
            int savedStart = start;
            int savedEnd = end;
            boolean is = next() && text.charAt(start) == expected;
            start = savedStart;
            end = savedEnd;
            return is;
        }

        /** The current token in upper case if it is a bare word, otherwise empty. */
        private String word() {
            return start < end && isWordPart(text.charAt(start))
                    ? text.substring(start, end).toUpperCase(Locale.ROOT)
                    : "";
        }

        /** Moves to the next token: a word, quoted text, a whole bracketed group or one other character. */
        private boolean next() {
            start = afterBlanks(end);
            end = start < text.length() ? endOfToken(start) : start;
            return start < end;
        }

        private int endOfToken(int position) {
            char first = text.charAt(position);
            return switch (first) {
                case '\'', '"', '`' -> endOfQuoted(position);
                case '(', '[', '{' -> endOfGroup(position);
                default -> {
                    int at = position + 1;
                    while (isWordPart(first) && at < text.length() && isWordPart(text.charAt(at))) {
                        at++;
                    }
                    yield at;
                }
            };
        }

        private int endOfQuoted(int position) {
            int at = SqlTokens.endOfQuoted(text, position);
            return at < 0 ? text.length() : at;
        }

        private int endOfGroup(int position) {
            int depth = 0;
            int at = position;
            while (at < text.length()) {
                int token = afterBlanks(at);
                if (token >= text.length()) {
                    break;
                }
                switch (text.charAt(token)) {
                    case '(', '[', '{' -> {
                        depth++;
                        at = token + 1;
                    }
                    case ')', ']', '}' -> {
                        depth--;
                        at = token + 1;
                    }
                    case '\'', '"', '`' -> at = endOfQuoted(token);
                    default -> at = token + 1;
                }
                if (depth == 0) {
                    return at;
                }
            }
            return text.length();
        }

        private int afterBlanks(int position) {
            int at = position;
            while (at < text.length()) {
                if (Character.isWhitespace(text.charAt(at))) {
                    at++;
                } else if (text.startsWith("--", at)) {
                    at = afterOrEnd("\n", at);
                } else if (text.startsWith("/*", at)) {
                    at = afterOrEnd("*/", at + 2);
                } else {
                    break;
                }
            }
            return at;
        }

        private int afterOrEnd(String terminator, int from) {
            int found = text.indexOf(terminator, from);
            return found < 0 ? text.length() : found + terminator.length();
        }

        private static boolean isWordPart(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        }
    }
}
