package dev.tollgate.embedded.clickhouse;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The tokens of a statement as ClickHouse's own lexer tells them apart. Whoever looks for a word in a statement must
 * agree with the engine on where quotes, comments and here-documents begin and end, or the word hides behind the
 * difference:
 *
 * <ul>
 *   <li>{@code --}, {@code #!} and {@code # } are comments up to the end of the line, {@code /* ... *}{@code /} do not
 *       nest;
 *   <li>within {@code '}, {@code "} and {@code `} a backslash escapes, and a doubled quote is one quote; the quotes
 *       {@code ‘ ’} and {@code “ ”} of typesetters count, and nothing escapes within them;
 *   <li>{@code $tag$ ... $tag$} is a text.
 * </ul>
 */
final class SqlTokens {
    enum Kind {
        /** Letters, digits, '_' and '$': keywords, names, numbers. */
        WORD,
        /** A name in double quotes or backticks. */
        QUOTED_NAME,
        /** A text in single quotes or a here-document. */
        TEXT,
        /** One other character. */
        SYMBOL,
        /** A quote or comment without its end. */
        UNCLOSED
    }

    private final String text;
    private int start;
    private int end;
    private Kind kind = Kind.SYMBOL;

    SqlTokens(byte[] utf8) {
        // One char per byte: all that counts is ASCII, and the typesetters' quotes are told by their three bytes.
        this.text = new String(utf8, StandardCharsets.ISO_8859_1);
    }

    Kind kind() {
        return kind;
    }

    /** The token as it is written, without its quotes if it is a quoted name. */
    String written() {
        return kind == Kind.QUOTED_NAME ? content() : text.substring(start, end);
    }

    /** {@link #written} of a word or quoted name in lower case, otherwise empty. */
    String name() {
        return kind == Kind.WORD || kind == Kind.QUOTED_NAME ? written().toLowerCase(Locale.ROOT) : "";
    }

    boolean isWord(String upperCase) {
        return kind == Kind.WORD && written().equalsIgnoreCase(upperCase);
    }

    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(start) == symbol;
    }

    /** Moves to the next token; false at the end. */
    boolean next() {
        start = end;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        if (start == text.length()) {
            end = start;
            return false;
        }
        if (atLineComment()) {
            int line = text.indexOf('\n', start);
            end = line < 0 ? text.length() : line + 1;
            return next(end);
        }
        if (text.startsWith("/*", start)) {
            int close = text.indexOf("*/", start + 2);
            if (close < 0) {
                return is(Kind.UNCLOSED, text.length());
            }
            return next(close + 2);
        }
        char first = text.charAt(start);
        return switch (first) {
            case '\'' -> quoted(Kind.TEXT);
            case '"', '`' -> quoted(Kind.QUOTED_NAME);
            case '$' -> hereDocumentOrWord();
            case '\u00E2' -> typesetOrSymbol();
            default -> is(isWordPart(first) ? Kind.WORD : Kind.SYMBOL, isWordPart(first) ? wordEnd() : start + 1);
        };
    }

    private boolean next(int from) {
        end = from;
        return next();
    }

    private boolean atLineComment() {
        return text.startsWith("--", start) || text.startsWith("# ", start) || text.startsWith("#!", start);
    }

    private boolean quoted(Kind closed) {
        int at = endOfQuoted(text, start);
        return at < 0 ? is(Kind.UNCLOSED, text.length()) : is(closed, at);
    }

    /** Position after a quoted text or name that begins at {@code from} with its quote; -1 if it has no end. */
    static int endOfQuoted(String text, int from) {
        char quote = text.charAt(from);
        int at = from + 1;
        while (at < text.length()) {
            char current = text.charAt(at);
            if (current == '\\') {
                at += 2;
            } else if (current != quote) {
                at++;
            } else if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
                at += 2;
            } else {
                return at + 1;
            }
        }
        return -1;
    }

    /** {@code E2 80 98 ... E2 80 99} is a text, {@code E2 80 9C ... E2 80 9D} a name. */
    private boolean typesetOrSymbol() {
        boolean single = text.startsWith("\u00E2\u0080\u0098", start);
        if (!single && !text.startsWith("\u00E2\u0080\u009C", start)) {
            return is(Kind.SYMBOL, start + 1);
        }
        int close = text.indexOf(single ? "\u00E2\u0080\u0099" : "\u00E2\u0080\u009D", start + 3);
        return close < 0 ? is(Kind.UNCLOSED, text.length()) : is(single ? Kind.TEXT : Kind.QUOTED_NAME, close + 3);
    }

    private boolean hereDocumentOrWord() {
        int tagEnd = text.indexOf('$', start + 1);
        if (tagEnd >= 0 && text.substring(start + 1, tagEnd).chars().allMatch(c -> isWordPart((char) c))) {
            String tag = text.substring(start, tagEnd + 1);
            int close = text.indexOf(tag, tagEnd + 1);
            if (close >= 0) {
                return is(Kind.TEXT, close + tag.length());
            }
        }
        int word = wordEnd();
        return is(word > start + 1 ? Kind.WORD : Kind.SYMBOL, Math.max(word, start + 1));
    }

    private int wordEnd() {
        int at = start;
        while (at < text.length() && (isWordPart(text.charAt(at)) || text.charAt(at) == '$')) {
            at++;
        }
        return at;
    }

    private boolean is(Kind found, int tokenEnd) {
        kind = found;
        end = Math.min(tokenEnd, text.length());
        return true;
    }

    private String content() {
        int quote = text.charAt(start) == '\u00E2' ? 3 : 1;
        return text.substring(start + quote, end - quote);
    }

    private static boolean isWordPart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
