package dev.tollgate.plans;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shape of endpoint patterns: an optional method and a path whose segments may be {@code :name} or {@code *}. */
final class EndpointPatterns {
    static final String SENTENCE = "must be 'PATH' or 'METHOD PATH' with one blank between, at most "
            + Rules.MAX_ENDPOINT_CHARACTERS + " characters";

    private EndpointPatterns() {}

    static boolean isValid(String text) {
        if (text.isBlank()
                || text.length() > Rules.MAX_ENDPOINT_CHARACTERS
                || text.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        int blank = text.indexOf(' ');
        return blank < 0 || (blank > 0 && blank < text.length() - 1 && text.indexOf(' ', blank + 1) < 0);
    }

    /**
     * Equal for two patterns exactly if they match the same endpoints: the names of {@code :segments} and the case of the
     * method do not matter, and an inner {@code *} is one segment like {@code :name}.
     */
    static String canonical(String pattern) {
        int blank = pattern.indexOf(' ');
        StringBuilder canonical =
                new StringBuilder(blank < 0 ? "" : pattern.substring(0, blank).toUpperCase(Locale.ROOT));
        String[] segments = pattern.substring(blank + 1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            boolean one =
                    (segments[i].equals("*") && !last) || (segments[i].length() > 1 && segments[i].charAt(0) == ':');
            canonical.append(i == 0 ? ' ' : '/').append(one ? ":" : segments[i]);
        }
        return canonical.toString();
    }

    /** A pattern of the other ones that matches the same endpoints, or null. */
    static @Nullable String sameAs(String pattern, Iterable<String> others) {
        String canonical = canonical(pattern);
        for (String other : others) {
            if (canonical(other).equals(canonical)) {
                return other;
            }
        }
        return null;
    }
}
