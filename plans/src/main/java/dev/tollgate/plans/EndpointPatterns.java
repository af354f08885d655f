package dev.tollgate.plans;

import java.util.Locale;

/** Shape of endpoint patterns: an optional method and a path whose segments may be {@code :name} or {@code *}. */
final class EndpointPatterns {
    static final String SENTENCE = "must be 'PATH' or 'METHOD PATH' with one blank between, at most "
            + Rules.MAX_ENDPOINT_CHARACTERS + " characters";

    /** Stands for any one segment; no literal segment is written so. */
    private static final String ONE = ":_";

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
     * Equal for two patterns exactly if they match the same endpoints: the names of {@code :segments} and the case of
     * the method do not matter, and an inner {@code *} is one segment like {@code :name}.
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
            canonical.append(i == 0 ? ' ' : '/').append(one ? ONE : segments[i]);
        }
        return canonical.toString();
    }
}
