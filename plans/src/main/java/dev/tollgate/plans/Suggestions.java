package dev.tollgate.plans;

import dev.tollgate.schemas.config.EditDistance;
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
            int distance = EditDistance.between(written, plain);
            int near = written.length() <= SHORT ? 1 : Math.max(2, written.length() / 3);
            if (distance <= near && distance < bestDistance) {
                bestDistance = distance;
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    /** {@code (did you mean 'x'?)} or nothing. */
    static String hint(String word, Collection<String> known) {
        return nearest(word, known)
                .map(found -> " (did you mean '" + found + "'?)")
                .orElse("");
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }
}
