package dev.tollgate.plans;

import dev.tollgate.schemas.text.NearMiss;
import java.util.Collection;

/** Says what somebody probably meant to write. */
final class Suggestions {
    private Suggestions() {}

    /** {@code (did you mean 'x'?)} or nothing. */
    static String hint(String word, Collection<String> known) {
        String near = NearMiss.of(word, known);
        return near == null ? "" : " (did you mean '" + near + "'?)";
    }
}
