package dev.tollgate.schemas.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys and values in messages: the nearest known one, and only what can be printed on one line. */
final class Names {
    private static final int MAX_SHOWN = 200;
    private static final int MAX_COMPARED = 100;

    private Names() {}

    /**
     * What was probably meant by an unknown name; null if nothing is near enough: a quarter of its characters, two at
     * least.
     *
     * @param known each name, and what is proposed for it
     */
    static @Nullable String nearest(String name, Map<String, String> known) {
        if (name.length() > MAX_COMPARED) {
            return null;
        }
        String best = null;
        int bestDistance = Math.max(2, name.length() / 4) + 1;
        for (Map.Entry<String, String> candidate : known.entrySet()) {
            int distance = EditDistance.between(name, candidate.getKey());
            if (distance < bestDistance) {
                best = candidate.getValue();
                bestDistance = distance;
            }
        }
        return best;
    }

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
