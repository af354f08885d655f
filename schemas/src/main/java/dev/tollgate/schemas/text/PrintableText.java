package dev.tollgate.schemas.text;

/**
 * Text from outside in a form that can be shown to people. What somebody has called himself must not move the cursor of
 * a terminal, begin a line of its own in a log, or turn the direction in which the text around it is read.
 *
 * <p>Control characters (U+0000 to U+001F, U+007F to U+009F), the characters that set a direction, and the separators
 * of lines and paragraphs become {@code \n}, {@code \t} or <code>&#92;u001B</code>; everything else stays as it is.
 */
public final class PrintableText {
    private PrintableText() {}

    /** A text of one line. */
    public static String of(String text) {
        return escaped(text, false);
    }

    /** A text whose lines and tabs are its own: a message of several lines, a stack trace. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    /**
     * A JSON document. There these characters can only stand within texts, where the escapes mean the same to whoever
     * reads it; line ends between values stay.
     */
    public static String json(String document) {
        return escaped(document, true);
    }

    private static String escaped(String text, boolean keepsLines) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = !isHidden(c) || keepsLines && (c == '\n' || c == '\t');
            if (!plain && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped == null) {
                continue;
            }
            if (plain) {
                escaped.append(c);
            } else if (c == '\n') {
                escaped.append("\\n");
            } else if (c == '\t') {
                escaped.append("\\t");
            } else {
                escaped.append(String.format("\\u%04X", (int) c));
            }
        }
        return escaped == null ? text : escaped.toString();
    }

    private static boolean isHidden(char c) {
        return c < 0x20
                || c >= 0x7F && c <= 0x9F
                || c == '\u061C'
                || c == '\u200E'
                || c == '\u200F'
                || c >= '\u2028' && c <= '\u202E'
                || c >= '\u2066' && c <= '\u2069';
    }
}
