package dev.tollgate.embedded.process;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells programs of this machine from web pages that a browser on it shows. A page reaches a loopback port too: with a
 * form, with a script that need not read the answer, or under a name of its own that it lets point to 127.0.0.1 (DNS
 * rebinding). Browsers say so in headers that a page cannot change.
 */
public final class LocalCaller {
    private static final Set<String> NAMES = Set.of(LoopbackPort.HOST, "localhost");

    private LocalCaller() {}

    /**
     * What is wrong with a request to a server on a loopback port, in words for its sender; null if nothing is.
     *
     * <ul>
     *   <li>{@code Host} must be there once and name 127.0.0.1 or localhost, with whatever port.
     *   <li>{@code Origin}, if there, must be that host itself: a page of another port is a stranger too.
     *   <li>{@code Sec-Fetch-Site}, if there, must be {@code same-origin} or {@code none}.
     * </ul>
     */
    public static @Nullable String problem(Headers headers) {
        List<String> hosts = headers.getOrDefault("Host", List.of());
        if (hosts.size() != 1 || !isLocal(hosts.getFirst())) {
            return "Host must be 127.0.0.1 or localhost, was " + hosts;
        }
        String own = "http://" + hosts.getFirst();
        for (String origin : headers.getOrDefault("Origin", List.of())) {
            if (!origin.equalsIgnoreCase(own)) {
                return "requests of web pages are rejected: Origin was " + origin;
            }
        }
        for (String site : headers.getOrDefault("Sec-Fetch-Site", List.of())) {
            if (!site.equals("same-origin") && !site.equals("none")) {
                return "requests of web pages are rejected: Sec-Fetch-Site was " + site;
            }
        }
        return null;
    }

    private static boolean isLocal(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        String port = colon < 0 ? "" : host.substring(colon + 1);
        return NAMES.contains(name.toLowerCase(Locale.ROOT)) && port.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
