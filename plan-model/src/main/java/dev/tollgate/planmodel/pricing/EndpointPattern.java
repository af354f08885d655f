package dev.tollgate.planmodel.pricing;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.RequestTarget;
import java.util.List;
import java.util.Locale;

/**
 * Matches endpoints such as {@code POST /v2/mem-it} or {@code addMessage}.
 *
 * <p>A pattern is an optional HTTP method and a path of segments between slashes. {@code :name} or {@code *} stands for
 * one segment; {@code *} as the last segment stands for one or more. A pattern without a method matches every method.
 * Matching is case-sensitive but for the method.
 *
 * <p>Of several patterns that match, the most specific wins: segment by segment, a literal before {@code :name} before
 * {@code *}; then the longer pattern; then the one with a method. {@code GET /kb/:id/query} wins over
 * {@code /kb/:id/query} wins over {@code /kb/*}.
 */
public final class EndpointPattern implements Comparable<EndpointPattern> {
    private enum SegmentKind {
        LITERAL,
        ONE,
        REST
    }

    private record Segment(SegmentKind kind, String text) {}

    private final String text;
    /** Upper case, or empty for any. */
    private final String method;

    private final List<Segment> segments;

    private EndpointPattern(String text, String method, List<Segment> segments) {
        this.text = text;
        this.method = method;
        this.segments = segments;
    }

    /**
     * Parses a pattern.
     *
     * @throws IllegalArgumentException if it is empty, too long, or has a blank in the wrong place
     */
    public static EndpointPattern of(String text) {
        if (text.isBlank() || text.length() > Bounds.MAX_ENDPOINT_CHARACTERS) {
            throw new IllegalArgumentException("endpoint pattern must have 1 to " + Bounds.MAX_ENDPOINT_CHARACTERS
                    + " characters, was '" + text + "'");
        }
        int blank = text.indexOf(' ');
        String method = blank < 0 ? "" : text.substring(0, blank).toUpperCase(Locale.ROOT);
        String written = text.substring(blank + 1);
        if (blank == 0 || written.isEmpty() || written.indexOf(' ') >= 0) {
            throw new IllegalArgumentException(
                    "endpoint pattern must be 'PATH' or 'METHOD PATH' with one blank, was '" + text + "'");
        }
        // In the form that called endpoints are brought to, or it would match none of them.
        String path = written.startsWith("/") ? RequestTarget.path(written) : written;
        String[] parts = path.split("/", -1);
        Segment[] segments = new Segment[parts.length];
        for (int i = 0; i < parts.length; i++) {
            segments[i] = segmentOf(parts[i], i == parts.length - 1);
        }
        return new EndpointPattern(text, method, List.of(segments));
    }

    private static Segment segmentOf(String part, boolean last) {
        if (part.equals("*")) {
            return new Segment(last ? SegmentKind.REST : SegmentKind.ONE, "");
        }
        if (part.length() > 1 && part.charAt(0) == ':') {
            return new Segment(SegmentKind.ONE, "");
        }
        return new Segment(SegmentKind.LITERAL, part);
    }

    /**
     * Whether this pattern covers an endpoint whose target is {@linkplain RequestTarget#reduced reduced}. Allocates
     * nothing; linear in the endpoint's length.
     */
    public boolean matches(String endpoint) {
        int blank = endpoint.indexOf(' ');
        if (!method.isEmpty()
                && (blank != method.length() || !endpoint.regionMatches(true, 0, method, 0, method.length()))) {
            return false;
        }
        int from = blank + 1;
        int count = segments.size();
        for (int i = 0; i < count; i++) {
            if (from > endpoint.length()) {
                return false;
            }
            int slash = endpoint.indexOf('/', from);
            int to = slash < 0 ? endpoint.length() : slash;
            Segment segment = segments.get(i);
            switch (segment.kind()) {
                case LITERAL -> {
                    if (to - from != segment.text().length() || !endpoint.startsWith(segment.text(), from)) {
                        return false;
                    }
                }
                case ONE -> {
                    if (to == from) {
                        return false;
                    }
                }
                case REST -> {
                    return endpoint.length() > from;
                }
            }
            from = to + 1;
        }
        return from == endpoint.length() + 1;
    }

    /** Most specific first. */
    @Override
    public int compareTo(EndpointPattern other) {
        int common = Math.min(segments.size(), other.segments.size());
        for (int i = 0; i < common; i++) {
            int byKind = segments.get(i).kind().compareTo(other.segments.get(i).kind());
            if (byKind != 0) {
                return byKind;
            }
        }
        int byLength = Integer.compare(other.segments.size(), segments.size());
        if (byLength != 0) {
            return byLength;
        }
        int byMethod = Boolean.compare(method.isEmpty(), other.method.isEmpty());
        return byMethod != 0 ? byMethod : canonical().compareTo(other.canonical());
    }

    /** Two patterns are equal if they match the same endpoints: names of {@code :segments} do not matter. */
    @Override
    public boolean equals(Object object) {
        return object instanceof EndpointPattern other
                && method.equals(other.method)
                && segments.equals(other.segments);
    }

    @Override
    public int hashCode() {
        return 31 * method.hashCode() + segments.hashCode();
    }

    /** The text that the pattern was made from. */
    @Override
    public String toString() {
        return text;
    }

    private String canonical() {
        StringBuilder canonical = new StringBuilder(method).append(' ');
        for (Segment segment : segments) {
            canonical.append(segment.kind().ordinal()).append(segment.text()).append('/');
        }
        return canonical.toString();
    }
}
