package dev.tollgate.schemas.registry;

import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry is and how to log in to it. Serdes that Kafka configures read Confluent's names ({@link #from}),
 * all else {@link #SETTINGS}, which take Confluent's names too.
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

    private static final String AUTO_REGISTER = "auto.register.schemas";
    private static final String USE_LATEST = "use.latest.version";

    private static final Setting<String> URL_SETTING = Setting.required(
                    "registry.url",
                    SettingType.of("http or https URLs, comma-separated", "", RegistryConfig::checkedUrls, url -> url),
                    UNSET,
                    "base URLs of a registry with Confluent's API, tried in order")
            .kafkaName(URL);

    private static final Setting<Optional<String>> USER_INFO_SETTING = Setting.optional(
                    "registry.user-info", SettingType.text(), "`user:password`, for basic authentication")
            .asSecret()
            .kafkaName(USER_INFO)
            .kafkaName(LEGACY_USER_INFO);

    private static final Setting<Optional<CredentialsSource>> CREDENTIALS_SOURCE_SETTING = Setting.optional(
                    "registry.credentials-source",
                    SettingType.choice(CredentialsSource.class),
                    "where user and password stand; unset: in `registry.user-info` if it is set, else in the URL")
            .kafkaName(CREDENTIALS_SOURCE);

    private static final Setting<Duration> REQUEST_TIMEOUT_SETTING = Setting.of(
                    "registry.request-timeout",
                    SettingType.duration("100ms", "5m"),
                    DEFAULT_TIMEOUT,
                    "how long one request may take")
            .kafkaName(REQUEST_TIMEOUT_MS, millis -> millis + "ms");

    private static final Setting<Boolean> AUTO_REGISTER_SETTING = Setting.of(
                    "registry.auto-register",
                    SettingType.flag(),
                    true,
                    "whether gateway and publisher register the schema of their events")
            .kafkaName(AUTO_REGISTER);

    private static final Setting<Boolean> USE_LATEST_SETTING = Setting.of(
                    "registry.use-latest-version",
                    SettingType.flag(),
                    false,
                    "whether they take the subject's newest version where they do not register")
            .kafkaName(USE_LATEST);

    /** How the registry is found. */
    public static final SettingGroup SETTINGS = SettingGroup.of(
            "registry",
            "Schema registry",
            URL_SETTING,
            USER_INFO_SETTING,
            CREDENTIALS_SOURCE_SETTING,
            REQUEST_TIMEOUT_SETTING,
            AUTO_REGISTER_SETTING,
            USE_LATEST_SETTING);

    /** Where user and password stand. */
    private enum CredentialsSource {
        URL,
        USER_INFO
    }

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

    /** Reads {@link #SETTINGS}. Problems are noted in the reader, and what is returned then is not to be used. */
    public static RegistryConfig read(SettingsReader settings) {
        Optional<CredentialsSource> source = settings.get(CREDENTIALS_SOURCE_SETTING);
        Optional<String> userInfo = settings.get(USER_INFO_SETTING);
        Map<String, String> config = new HashMap<>();
        config.put(URL, settings.get(URL_SETTING));
        config.put(
                REQUEST_TIMEOUT_MS,
                Long.toString(settings.get(REQUEST_TIMEOUT_SETTING).toMillis()));
        if (userInfo.isPresent() && source.orElse(CredentialsSource.USER_INFO) == CredentialsSource.USER_INFO) {
            config.put(CREDENTIALS_SOURCE, "USER_INFO");
            config.put(USER_INFO, userInfo.get());
        } else if (source.isPresent() && source.get() == CredentialsSource.USER_INFO) {
            settings.problem("registry.user-info is missing, though registry.credentials-source is user-info");
        }
        return from(config);
    }

    /**
     * Reads how a writer of records uses the registry, as properties by Confluent's names. Problems are noted in the
     * reader.
     */
    public static Map<String, String> readSchemaUse(SettingsReader settings) {
        return Map.of(
                AUTO_REGISTER, settings.get(AUTO_REGISTER_SETTING).toString(),
                USE_LATEST, settings.get(USE_LATEST_SETTING).toString());
    }

    /** This configuration by Confluent's names, for serdes that Kafka configures. A new map. */
    public Map<String, String> clientProperties() {
        Map<String, String> properties = new HashMap<>();
        properties.put(URL, String.join(",", urls.stream().map(URI::toString).toList()));
        properties.put(REQUEST_TIMEOUT_MS, Long.toString(requestTimeout.toMillis()));
        if (userInfo != null) {
            properties.put(CREDENTIALS_SOURCE, "USER_INFO");
            properties.put(USER_INFO, userInfo);
        }
        return properties;
    }

    private static String checkedUrls(String text) {
        try {
            Arrays.stream(text.split(",")).map(String::trim).forEach(RegistryConfig::parse);
            return text;
        } catch (ConfigException e) {
            throw new IllegalArgumentException("not allowed", e);
        }
    }

    private static URI parse(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null) {
                throw new ConfigException(
                        URL + " must be an http or https URL, was '" + Secrets.maskedWithin(text) + "'");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new ConfigException(
                    URL + " must be an http or https URL, was '" + Secrets.maskedWithin(text) + "': " + e.getReason());
        }
    }

    private static URI withoutUserInfo(URI uri) {
        try {
            return new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), uri.getPath(), null, null);
        } catch (URISyntaxException e) {
            throw new ConfigException(URL + " cannot be used: " + e.getReason());
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
