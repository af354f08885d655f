package dev.tollgate.http.server;

import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys that say where a server listens and how long it waits: {@code SERVER.host}, {@code SERVER.port} and more.
 */
public final class HttpSettings {
    private final Setting<String> host;
    private final Setting<Integer> port;
    private final Setting<Optional<Path>> keyStore;
    private final Setting<Optional<String>> keyStorePassword;
    private final Setting<String> keyStoreType;
    private final Setting<Integer> maxConnections;
    private final Setting<Duration> idleTimeout;
    private final Setting<Duration> requestTimeout;
    private final Setting<Duration> drainTimeout;

    /**
     * The keys of one server.
     *
     * @param server what its keys begin with, without a dot: {@code gateway}
     * @param defaultPort where it listens if nothing else is said
     */
    public HttpSettings(String server, int defaultPort) {
        host = Setting.of(server + ".host", SettingType.text(), "127.0.0.1", "address to listen on");
        port = Setting.of(server + ".port", SettingType.integer(0, 65_535), defaultPort, "0 takes a free one");
        keyStore = Setting.optional(
                server + ".tls.key-store", SettingType.path(), "file with the server's key; HTTPS if set");
        keyStorePassword = Setting.optional(server + ".tls.key-store-password", SettingType.text(), "its password")
                .asSecret();
        keyStoreType = Setting.of(
                server + ".tls.key-store-type",
                SettingType.text(Pattern.compile("PKCS12|JKS"), "PKCS12 or JKS"),
                "PKCS12",
                "format of the file");
        maxConnections = Setting.of(
                server + ".max-connections",
                SettingType.integer(1, 1_000_000),
                2_000,
                "open connections; more wait to be accepted");
        idleTimeout = timeout(server, "idle-timeout", "100ms", 10, "silence after which a connection is closed");
        requestTimeout = timeout(server, "request-timeout", "100ms", 30, "for a head, and again for a body, to arrive");
        drainTimeout = timeout(server, "drain-timeout", "0ms", 15, "for requests under way when it stops");
    }

    private static Setting<Duration> timeout(String server, String name, String least, int seconds, String doc) {
        return Setting.of(server + "." + name, SettingType.duration(least, "10m"), Duration.ofSeconds(seconds), doc);
    }

    /** Where it listens. */
    public List<ConfigKey> addressKeys() {
        return List.of(host, port);
    }

    /** Its key for HTTPS. */
    public List<ConfigKey> tlsKeys() {
        return List.of(keyStore, keyStorePassword, keyStoreType);
    }

    /** What a client may cost. */
    public List<ConfigKey> boundKeys() {
        return List.of(maxConnections, idleTimeout, requestTimeout, drainTimeout);
    }

    /** Reads all of them; what is wrong is noted as problems. */
    public HttpServerConfig read(SettingsReader settings) {
        return new HttpServerConfig(
                settings.get(host),
                settings.get(port),
                tls(settings),
                settings.get(maxConnections),
                settings.get(idleTimeout),
                settings.get(requestTimeout),
                settings.get(drainTimeout));
    }

    private @Nullable TlsConfig tls(SettingsReader settings) {
        Path file = settings.get(keyStore).orElse(null);
        String password = settings.get(keyStorePassword).orElse(null);
        String type = settings.get(keyStoreType);
        if (file == null) {
            if (password != null) {
                settings.problem(keyStore.key() + " is missing, though " + keyStorePassword.key() + " is set");
            }
            return null;
        }
        if (!Files.isReadable(file)) {
            settings.problem(keyStore.key() + " must be a readable file, was '" + file + "'");
        }
        if (password == null) {
            settings.problem(keyStorePassword.key() + " is missing, though " + keyStore.key() + " is set");
            return null;
        }
        return new TlsConfig(file, password, type);
    }
}
