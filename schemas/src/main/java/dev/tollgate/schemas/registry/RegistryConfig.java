package dev.tollgate.schemas.registry;

import dev.tollgate.schemas.config.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry is and how to log in to it, under Confluent's configuration names.
 *
 * @param urls base URLs, tried in order; at least one, each http or https
 * @param userInfo {@code user:password} for basic authentication, or null
 * @param requestTimeout how long one HTTP request may take; positive
 */
public record RegistryConfig(List<URI> urls, @Nullable String userInfo, Duration requestTimeout) {
    public static final String URL = "schema.registry.url";
    public static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
    public static final String USER_INFO = "basic.auth.user.info";
    /** Confluent's older name of {@link #USER_INFO}. */
    public static final String LEGACY_USER_INFO = "schema.registry.basic.auth.user.info";

    public static final String REQUEST_TIMEOUT_MS = "schema.registry.request.timeout.ms";

    /** Stands in for a URL that is missing or wrong. */
    private static final String UNSET = "http://unset";

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    public RegistryConfig {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new ConfigException(URL + " must name at least one URL, was empty");
        }
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new ConfigException(REQUEST_TIMEOUT_MS + " must be > 0, was " + requestTimeout.toMillis());
        }
    }

    /** The registry at one URL, without authentication. */
    public static RegistryConfig ofUrl(String url) {
        return from(Map.of(URL, url));
    }

    /**
     * Reads the configuration of a Kafka client.
     *
     * @throws ConfigException naming the key, the value and the remedy
     */
    public static RegistryConfig from(Map<String, ?> config) {
        Object url = config.get(URL);
        if (url == null) {
            throw new ConfigException(
                    URL + " is missing: set it to the registry's base URL, such as http://localhost:8081");
        }
        List<String> texts = url instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : Arrays.asList(url.toString().split(","));
        List<URI> urls = new ArrayList<>();
        String embeddedUserInfo = null;
        for (String text : texts) {
            URI uri = parse(text.trim());
            if (uri.getUserInfo() != null) {
                embeddedUserInfo = uri.getUserInfo();
            }
            urls.add(withoutUserInfo(uri));
        }
        return new RegistryConfig(urls, userInfo(config, embeddedUserInfo), timeout(config));
    }

    /**
     * Reads {@code registry.url} (required), {@code registry.user-info} (none) and {@code registry.request-timeout}
     * (10s; 100ms to 5m). Problems are noted in the settings, and what is returned then is not to be used.
     */
    public static RegistryConfig read(Settings settings) {
        String url = settings.required("registry.url");
        String userInfo = settings.optional("registry.user-info");
        Duration timeout = settings.duration("registry.request-timeout", "10s", "100ms", "5m");
        Map<String, String> config = new HashMap<>();
        config.put(URL, url.isEmpty() ? UNSET : url);
        config.put(REQUEST_TIMEOUT_MS, Long.toString(timeout.toMillis()));
        if (userInfo != null) {
            config.put(CREDENTIALS_SOURCE, "USER_INFO");
            config.put(USER_INFO, userInfo);
        }
        try {
            return from(config);
        } catch (ConfigException e) {
            settings.problem(String.valueOf(e.getMessage()).replace(URL, "registry.url"));
            return ofUrl(UNSET);
        }
    }

    private static URI parse(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null) {
                throw new ConfigException(URL + " must be an http or https URL, was '" + text + "'");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new ConfigException(URL + " must be an http or https URL, was '" + text + "': " + e.getMessage());
        }
    }

    private static URI withoutUserInfo(URI uri) {
        try {
            return new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), uri.getPath(), null, null);
        } catch (URISyntaxException e) {
            throw new ConfigException(URL + " cannot be used: " + e.getMessage());
        }
    }

    private static @Nullable String userInfo(Map<String, ?> config, @Nullable String embedded) {
        Object source = config.get(CREDENTIALS_SOURCE);
        Object info = config.get(USER_INFO);
        if (info == null) {
            info = config.get(LEGACY_USER_INFO);
        }
        if (source == null || source.toString().equals("URL")) {
            return embedded;
        }
        if (!source.toString().equals("USER_INFO")) {
            throw new ConfigException(CREDENTIALS_SOURCE + " must be URL or USER_INFO, was '" + source + "'");
        }
        if (info == null) {
            throw new ConfigException(USER_INFO + " is missing, though " + CREDENTIALS_SOURCE + " is USER_INFO");
        }
        return unwrap(info);
    }

    private static String unwrap(Object value) {
        return value instanceof org.apache.kafka.common.config.types.Password password
                ? password.value()
                : value.toString();
    }

    private static Duration timeout(Map<String, ?> config) {
        Object value = config.get(REQUEST_TIMEOUT_MS);
        if (value == null) {
            return DEFAULT_TIMEOUT;
        }
        try {
            return Duration.ofMillis(Long.parseLong(value.toString().trim()));
        } catch (NumberFormatException e) {
            throw new ConfigException(REQUEST_TIMEOUT_MS + " must be a number of milliseconds, was '" + value + "'");
        }
    }

    /** Masks the password. */
    @Override
    public String toString() {
        return "RegistryConfig[urls=" + urls + ", userInfo=" + (userInfo == null ? "none" : "****")
                + ", requestTimeout=" + requestTimeout + "]";
    }
}
