package dev.tollgate.http.server;

import java.util.List;
import java.util.Set;

/**
 * Which pages of other origins may use a server from a browser.
 *
 * @param origins such as {@code https://app.example.org}; empty for none
 * @param methods that they may use
 * @param headers that they may send
 * @param exposed headers of answers that they may read
 */
public record CorsConfig(List<String> origins, Set<String> methods, Set<String> headers, Set<String> exposed) {
    /** No page may. */
    public static final CorsConfig NONE = new CorsConfig(List.of(), Set.of(), Set.of(), Set.of());

    public CorsConfig {
        origins = List.copyOf(origins);
        methods = Set.copyOf(methods);
        headers = Set.copyOf(headers);
        exposed = Set.copyOf(exposed);
    }
}
