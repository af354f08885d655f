package dev.tollgate.http;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.PathSpec;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint answers which path and method. A path is
 *
 * <ul>
 *   <li>exact: {@code /v1/usage}, and {@code /}, which is nothing but itself;
 *   <li>a template: {@code /v1/accounts/{account}/limits}, of which a variable is one segment that is not empty;
 *   <li>a prefix: {@code /v1/check/**}, which is {@code /v1/check} and everything below it.
 * </ul>
 *
 * Exact paths go before templates, those before prefixes, and longer prefixes before shorter ones. Paths are matched as
 * they were sent, so what a proxy takes for another path is another one here too. Not thread-safe while it is filled.
 */
public final class Routes {
    private static final String ANY_METHOD = "*";
    private static final String PREFIX = "/**";

    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final PathMappings<Route> mappings = new PathMappings<>();

    /** Adds {@code GET}, and with it {@code HEAD}. */
    public Routes get(String path, Endpoint endpoint) {
        return add("GET", path, endpoint);
    }

    /** Adds a method of a path. */
    public Routes add(String method, String path, Endpoint endpoint) {
        Route route = routes.computeIfAbsent(path, this::mapped);
        if (route.endpoints().putIfAbsent(method, endpoint) != null) {
            throw new IllegalArgumentException(method + " " + path + " is there already");
        }
        return this;
    }

    /** Adds all methods of a path, those that nobody has heard of too. */
    public Routes any(String path, Endpoint endpoint) {
        return add(ANY_METHOD, path, endpoint);
    }

    private Route mapped(String path) {
        Route route = new Route(path, new TreeMap<>());
        PathSpec spec = path.endsWith(PREFIX)
                ? new ServletPathSpec(path.substring(0, path.length() - 1))
                : path.equals("/")
                        ? new ServletPathSpec("")
                        : path.indexOf('{') >= 0 ? new UriTemplatePathSpec(path) : new ServletPathSpec(path);
        mappings.put(spec, route);
        return route;
    }

    /** Path to methods, as an API document must list them; {@code *} for all methods. */
    public Map<String, Set<String>> methods() {
        Map<String, Set<String>> found = new LinkedHashMap<>();
        routes.forEach((path, route) -> found.put(path, route.endpoints().keySet()));
        return found;
    }

    /** Where a path leads to; null where nothing is. */
    public @Nullable Match match(String path) {
        MatchedResource<Route> matched = mappings.getMatched(path);
        if (matched == null) {
            return null;
        }
        Route route = matched.getResource();
        if (!(matched.getPathSpec() instanceof UriTemplatePathSpec template)) {
            return new Match(route.path(), Map.of(), route.endpoints());
        }
        Map<String, String> variables = new TreeMap<>();
        for (Map.Entry<String, String> variable : template.getPathParams(path).entrySet()) {
            String decoded = decoded(variable.getValue());
            if (decoded == null) {
                return null;
            }
            variables.put(variable.getKey(), decoded);
        }
        return new Match(route.path(), variables, route.endpoints());
    }

    /** A segment without its percent-encoding; null if it is none or not of UTF-8. */
    private static @Nullable String decoded(String segment) {
        try {
            // A plus sign stands for itself in a path.
            String bytes = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    private record Route(String path, Map<String, Endpoint> endpoints) {}

    /**
     * A path that leads somewhere.
     *
     * @param path of the route, as it was added
     * @param variables of its template, percent-decoded
     */
    public record Match(String path, Map<String, String> variables, Map<String, Endpoint> endpoints) {
        /** What answers a method; null if nothing does. {@code HEAD} is {@code GET} without the body. */
        public @Nullable Endpoint endpoint(String method) {
            Endpoint own = endpoints.get(method);
            if (own == null && method.equals("HEAD")) {
                own = endpoints.get("GET");
            }
            return own == null ? endpoints.get(ANY_METHOD) : own;
        }

        /** The methods that something answers, as the header {@code Allow} lists them. */
        public String allowed() {
            TreeSet<String> allowed = new TreeSet<>(endpoints.keySet());
            if (allowed.contains("GET")) {
                allowed.add("HEAD");
            }
            return String.join(", ", allowed);
        }
    }
}
