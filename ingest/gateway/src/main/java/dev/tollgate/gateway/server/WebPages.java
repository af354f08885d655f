package dev.tollgate.gateway.server;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages from publishing through a gateway that asks for no token. A browser reaches every address that its
 * user reaches, loopback ports too, and says in headers that a page cannot change that it does so for a page.
 */
final class WebPages {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    private WebPages() {}

    /**
     * What is wrong with a request, in words for its sender; null if no page has made it.
     *
     * @param host that the gateway listens on. On a loopback address a request must name it: a page may let a name of
     *     its own point there.
     * @param allowed origins whose pages may publish, such as {@code https://app.example.org}
     */
    static @Nullable String problem(HttpFields headers, String host, List<String> allowed) {
        List<String> origins = headers.getValuesList("Origin");
        List<String> sites = headers.getValuesList("Sec-Fetch-Site");
        if (origins.isEmpty() && sites.isEmpty()) {
            // No browser posts without them.
            return null;
        }
        String named = headers.get("Host") == null ? "" : headers.get("Host");
        if (LOOPBACK.contains(host) && !LOOPBACK.contains(nameOf(named))) {
            return "Host must be 127.0.0.1, localhost or [::1], was " + named;
        }
        if (!origins.isEmpty() && allowed.containsAll(origins)) {
            return null;
        }
        for (String origin : origins) {
            if (!origin.equals("http://" + named) && !origin.equals("https://" + named)) {
                return "Origin was " + origin + ", and the gateway asks for no token";
            }
        }
        return sites.stream().allMatch(site -> site.equals("same-origin") || site.equals("none"))
                ? null
                : "Sec-Fetch-Site was " + sites + ", and the gateway asks for no token";
    }

    private static String nameOf(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon > host.lastIndexOf(']') && host.indexOf(':') == colon || host.contains("]:");
        return (hasPort ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
    }
}
