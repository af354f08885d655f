package dev.tollgate.plans;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant to write. */
final class Suggestions {
    private static final int MAX_LENGTH = 64;
    /** Words up to this length are near by one edit only: with two, almost any other short word would be. */
    private static final int SHORT = 3;

    private Suggestions() {}

    /** The known word that is the fewest edits away, if it is near enough to be a slip. */
    static Optional<String> nearest(String word, Collection<String> known) {
        String written = plain(word);
        Optional<String> best = Optional.empty();
        int bestDistance = Integer.MAX_VALUE;
        if (written.length() > MAX_LENGTH) {
            return best;
        }
        for (String candidate : known) {
            String plain = plain(candidate);
            int distance = editDistance(written, plain);
            int near = written.length() <= SHORT ? 1 : Math.max(2, written.length() / 3);
            if (distance <= near && distance < bestDistance) {
                bestDistance = distance;
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    /** {@code  (did you mean 'x'?)} or nothing. */
    static String hint(String word, Collection<String> known) {
        return nearest(word, known)
                .map(found -> " (did you mean '" + found + "'?)")
                .orElse("");
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Levenshtein's distance, one row at a time. */
    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
