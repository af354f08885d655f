package dev.tollgate.planmodel.input;

import java.util.ArrayList;
import java.util.List;

/**
 * Endpoints without what callers may add to them. A server gives the same answer to {@code /v2/mem-it},
 * {@code https://api.example.org/v2/mem-it?x=1} and {@code /v2/./mem%2Dit}; so they cost the same, whatever form a
 * caller chooses, and reports have one line for them.
 *
 * <p>A target that is a path, or a URI with a scheme and an authority, is reduced to its path (RFC 9112, section 3.2),
 * and the path is normalised (RFC 3986, section 6.2.2): query and fragment are cut off, dot segments are resolved,
 * percent-encoded letters, digits and {@code -._~} are decoded once and other escapes get upper-case digits; parameters
 * of a segment ({@code ;jsessionid=...}) and empty segments are left out. An empty path is {@code /}. A name that is no
 * target, such as {@code addMessage}, stays as it is.
 */
public final class RequestTarget {
    private static final String SCHEME_END = "://";

    private RequestTarget() {}

    /**
     * An endpoint, {@code TARGET} or {@code METHOD TARGET}, with its target reduced. Reducing twice changes nothing.
     *
     * @return the same object if there is nothing to reduce
     */
    public static String reduced(String endpoint) {
        // A path has no method before it; a blank in it is its own.
        int from = endpoint.startsWith("/") ? 0 : endpoint.indexOf(' ') + 1;
        if (from < endpoint.length() && endpoint.charAt(from) == '/') {
            return isPlain(endpoint, from) ? endpoint : endpoint.substring(0, from) + path(endpoint.substring(from));
        }
        int authority = authorityStart(endpoint, from);
        return authority < 0 ? endpoint : endpoint.substring(0, from) + path(endpoint.substring(from));
    }

    /**
     * The path of a request target in origin form or absolute form. Other forms ({@code *}, {@code host:443}) have none
     * and stay as they are.
     */
    public static String path(String target) {
        int from = 0;
        if (!target.startsWith("/")) {
            from = authorityStart(target, 0);
            if (from < 0) {
                return target;
            }
            while (from < target.length() && "/?#".indexOf(target.charAt(from)) < 0) {
                from++;
            }
        }
        int to = from;
        while (to < target.length() && target.charAt(to) != '?' && target.charAt(to) != '#') {
            to++;
        }
        StringBuilder path = new StringBuilder(to - from);
        for (String segment : segments(target.substring(from, to))) {
            path.append('/').append(segment);
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    /** The segments of a path, normalised as the class says; none for {@code /}. */
    public static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        int start = 0;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            int parameters = path.indexOf(';', start);
            String segment = decoded(path.substring(start, parameters < 0 || parameters > end ? end : parameters));
            if (segment.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.remove(segments.size() - 1);
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
            start = end + 1;
        }
        return segments;
    }

    /** Whether the path that begins at a place is normal as it stands; looks at each character once. */
    private static boolean isPlain(String text, int from) {
        char before = '/';
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '?' || c == '#' || c == ';' || c == '%' || before == '/' && (c == '/' || c == '.')) {
                return false;
            }
            before = c;
        }
        return before != '/' || text.length() == from + 1;
    }

    /** Where the authority behind a scheme begins, or -1 if there is no scheme. */
    private static int authorityStart(String text, int from) {
        int end = text.indexOf(SCHEME_END, from);
        if (end <= from || !isLetter(text.charAt(from))) {
            return -1;
        }
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (!isLetter(c) && !isDigit(c) && c != '+' && c != '-' && c != '.') {
                return -1;
            }
        }
        return end + SCHEME_END.length();
    }

    private static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        StringBuilder text = new StringBuilder(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            int high = c == '%' && i + 2 < segment.length() ? hexDigit(segment.charAt(i + 1)) : -1;
            int low = high < 0 ? -1 : hexDigit(segment.charAt(i + 2));
            if (low < 0) {
                text.append(c);
                continue;
            }
            char octet = (char) (high << 4 | low);
            if (isLetter(octet) || isDigit(octet) || "-._~".indexOf(octet) >= 0) {
                text.append(octet);
            } else {
                text.append('%').append(upper(segment.charAt(i + 1))).append(upper(segment.charAt(i + 2)));
            }
            i += 2;
        }
        return text.toString();
    }

    private static int hexDigit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static char upper(char hexDigit) {
        return hexDigit >= 'a' ? (char) (hexDigit - 'a' + 'A') : hexDigit;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
