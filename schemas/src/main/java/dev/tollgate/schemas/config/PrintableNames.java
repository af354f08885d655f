package dev.tollgate.schemas.config;

/** Keys and values in messages: only what can be printed on one line. */
final class PrintableNames {
    private static final int MAX_SHOWN = 200;

    private PrintableNames() {}

    /** At most 200 characters, without control characters. */
    static String printable(String text) {
        int end = Math.min(text.length(), MAX_SHOWN);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        StringBuilder shown = new StringBuilder();
        text.substring(0, end).codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return end == text.length()
                ? shown.toString()
                : shown.append("... (")
                        .append(text.length())
                        .append(" characters)")
                        .toString();
    }
}
