package dev.tollgate.gateway.internal.layout;

/** Reads fields of a line one behind the other: words, lists and quoted texts. */
final class LineCursor {
    private final String line;
    private int at;

    LineCursor(String line, int at) {
        this.line = line;
        this.at = at;
    }

    /** Steps over blanks; whether there is something behind them. */
    boolean more() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
        return at < line.length();
    }

    int at() {
        return at;
    }

    String rest() {
        return line.substring(at);
    }

    /**
     * A quoted text, or a word. Servers write several values as {@code 0.010, 0.020} and {@code 0.010 : 0.020}, and
     * lists of addresses likewise: such a list is one field.
     */
    String field(String what) {
        if (!more()) {
            throw new IllegalArgumentException("the line ends before " + what);
        }
        return line.charAt(at) == '"' ? quoted(what) : list();
    }

    /** A text in quotes, its escapes undone. */
    String quoted(String what) {
        if (!more() || line.charAt(at) != '"') {
            throw new IllegalArgumentException(what + " must begin with \", was '" + LogText.shown(rest()) + "'");
        }
        int end = quoteEnd(line, at + 1);
        if (end < 0) {
            throw new IllegalArgumentException(
                    what + " must end with \", was '" + LogText.shown(line.substring(at)) + "'");
        }
        String text = LogText.unescaped(line.substring(at + 1, end));
        at = end + 1;
        return text;
    }

    /** Where the quote is that ends a quoted text, or -1; a backslash hides the character behind it. */
    static int quoteEnd(String line, int from) {
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                return i;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private String list() {
        int from = at;
        int end = wordEnd(at);
        while (isListGoingOn(line, end)) {
            int next = end + 1;
            if (line.startsWith(" : ", end)) {
                next = end + 3;
            }
            end = wordEnd(next);
        }
        at = end;
        return LogText.unescaped(line.substring(from, end));
    }

    /** Whether the blank at a place stands within a list. */
    static boolean isListGoingOn(String line, int blank) {
        return blank > 0
                && blank + 1 < line.length()
                && line.charAt(blank) == ' '
                && line.charAt(blank + 1) != ' '
                && (line.charAt(blank - 1) == ',' || line.startsWith(" : ", blank) && blank + 3 < line.length());
    }

    private int wordEnd(int from) {
        int blank = line.indexOf(' ', from);
        return blank < 0 ? line.length() : blank;
    }
}
