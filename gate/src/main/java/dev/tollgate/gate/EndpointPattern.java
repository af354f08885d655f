package dev.tollgate.gate;

import java.util.Locale;

/**
 * Matches endpoints as the accounting engine does, to the letter: an optional method, then segments between slashes;
 * {@code :name} or an inner {@code *} is one segment, a final {@code *} is one or more characters of rest. The test
 * {@code ConformanceTest} holds the two together.
 */
final class EndpointPattern implements Comparable<EndpointPattern> {
    private static final int MAX_LENGTH = 512;

    private static final byte LITERAL = 0;
    private static final byte ONE = 1;
    private static final byte REST = 2;

    /** Upper case, or empty for any. */
    private final String method;

    private final byte[] kinds;
    private final String[] texts;

    private EndpointPattern(String method, byte[] kinds, String[] texts) {
        this.method = method;
        this.kinds = kinds;
        this.texts = texts;
    }

    /** @throws IllegalArgumentException if the engine would refuse the pattern too */
    static EndpointPattern of(String text) {
        int blank = text.indexOf(' ');
        String path = text.substring(blank + 1);
        if (text.isBlank() || text.length() > MAX_LENGTH || blank == 0 || path.isEmpty() || path.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("endpoint pattern must be 'PATH' or 'METHOD PATH' with at most "
                    + MAX_LENGTH + " characters, was '" + text + "'");
        }
        String[] parts = path.split("/", -1);
        byte[] kinds = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].equals("*")) {
                kinds[i] = i == parts.length - 1 ? REST : ONE;
            } else if (parts[i].length() > 1 && parts[i].charAt(0) == ':') {
                kinds[i] = ONE;
            }
            if (kinds[i] != LITERAL) {
                parts[i] = "";
            }
        }
        return new EndpointPattern(blank < 0 ? "" : text.substring(0, blank).toUpperCase(Locale.ROOT), kinds, parts);
    }

    boolean matches(String endpoint) {
        int blank = endpoint.indexOf(' ');
        if (!method.isEmpty()
                && (blank != method.length() || !endpoint.regionMatches(true, 0, method, 0, method.length()))) {
            return false;
        }
        int from = blank + 1;
        for (int i = 0; i < kinds.length; i++) {
            if (from > endpoint.length()) {
                return false;
            }
            if (kinds[i] == REST) {
                return endpoint.length() > from;
            }
            int slash = endpoint.indexOf('/', from);
            int to = slash < 0 ? endpoint.length() : slash;
            boolean fits =
                    kinds[i] == ONE ? to > from : to - from == texts[i].length() && endpoint.startsWith(texts[i], from);
            if (!fits) {
                return false;
            }
            from = to + 1;
        }
        return from == endpoint.length() + 1;
    }

    /** Most specific first. */
    @Override
    public int compareTo(EndpointPattern other) {
        int common = Math.min(kinds.length, other.kinds.length);
        for (int i = 0; i < common; i++) {
            if (kinds[i] != other.kinds[i]) {
                return Byte.compare(kinds[i], other.kinds[i]);
            }
        }
        if (kinds.length != other.kinds.length) {
            return Integer.compare(other.kinds.length, kinds.length);
        }
        int byMethod = Boolean.compare(method.isEmpty(), other.method.isEmpty());
        return byMethod != 0 ? byMethod : canonical().compareTo(other.canonical());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof EndpointPattern other && canonical().equals(other.canonical());
    }

    @Override
    public int hashCode() {
        return canonical().hashCode();
    }

    @Override
    public String toString() {
        return canonical();
    }

    private String canonical() {
        StringBuilder canonical = new StringBuilder(method).append(' ');
        for (int i = 0; i < kinds.length; i++) {
            canonical.append(kinds[i]).append(texts[i]).append('/');
        }
        return canonical.toString();
    }
}
