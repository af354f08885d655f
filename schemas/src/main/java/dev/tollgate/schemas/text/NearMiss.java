package dev.tollgate.schemas.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What somebody probably meant by a word that is not known: the known one that is the fewest edits away. */
public final class NearMiss {
    private static final int MAX_COMPARED = 100;

    /** Words up to this length are near by one edit only: with two, almost any other short word would be. */
    private static final int SHORT = 3;

    private NearMiss() {}

    /**
     * The known word that was probably meant; null if none is near: a quarter of its characters, two at least, and one
     * for words of at most three. Case, and whether parts are joined by {@code -} or {@code _}, do not count.
     */
    public static @Nullable String of(String word, Collection<String> known) {
        Map<String, String> words = new TreeMap<>();
        known.forEach(each -> words.put(each, each));
        return of(word, words);
    }

    /**
     * The same where what is proposed differs from what is compared.
     *
     * @param known each known word, and what is proposed for it
     */
    public static @Nullable String of(String word, Map<String, String> known) {
        if (word.length() > MAX_COMPARED) {
            return null;
        }
        String written = plain(word);
        String best = null;
        int bestDistance = (written.length() <= SHORT ? 1 : Math.max(2, written.length() / 4)) + 1;
        for (Map.Entry<String, String> candidate : known.entrySet()) {
            int distance = distance(written, plain(candidate.getKey()));
            if (distance < bestDistance) {
                best = candidate.getValue();
                bestDistance = distance;
            }
        }
        return best;
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Levenshtein distance: the fewest characters to insert, remove or replace that turn one text into the other. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
