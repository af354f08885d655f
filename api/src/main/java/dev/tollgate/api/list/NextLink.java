package dev.tollgate.api.list;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpURI;
import org.jspecify.annotations.Nullable;

/** The header {@code Link} of a page that is not the last (RFC 8288). */
final class NextLink {
    private static final String PLAIN = "-._~!$'()*+,;=:@/?%[]&";

    private NextLink() {}

    /** The request's own address with another cursor. */
    static String of(HttpURI uri, String cursor) {
        return of(uri.getPath(), uri.getQuery(), cursor);
    }

    static String of(String path, @Nullable String query, String cursor) {
        String parameters = Stream.concat(
                        Arrays.stream(query == null ? new String[0] : query.split("&"))
                                .filter(pair -> !pair.isEmpty() && !pair.startsWith("cursor=")),
                        Stream.of("cursor=" + cursor))
                .collect(Collectors.joining("&"));
        return "<" + encoded(path + "?" + parameters) + ">; rel=\"next\"";
    }

    /** What must not stand in a header, or would end the address there, in percent-encoding. */
    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xff);
            boolean letter = c < 128 && Character.isLetterOrDigit(c);
            if (letter || PLAIN.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
