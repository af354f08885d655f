package dev.tollgate.embedded;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link EmbeddedStack} runs, where its data goes and where its software comes from.
 *
 * @param folder below which all data, logs and kept ports are; null for a temporary folder that
 *     {@link EmbeddedStack#close()} deletes
 * @param parts to start; the others have no address
 * @param ports to listen on
 * @param software where it comes from
 * @param clickHouseUrl the JDBC URL of a ClickHouse that runs already and is used instead of an embedded one; null to
 *     embed it
 * @param progress hears what happens during the start
 */
public record EmbeddedStackOptions(
        @Nullable Path folder,
        Set<Part> parts,
        Ports ports,
        Software software,
        @Nullable String clickHouseUrl,
        StartListener progress) {

    public EmbeddedStackOptions {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("parts must name at least one of " + Arrays.toString(Part.values()));
        }
        parts = Set.copyOf(parts);
    }

    /**
     * Ports on 127.0.0.1, each 1 to 65535, or 0 for the one of the last run in the same folder if it is free, otherwise
     * any.
     */
    public record Ports(int kafka, int registry, int clickHouse) {
        public static final Ports ANY = new Ports(0, 0, 0);

        public Ports {
            requirePort("kafka", kafka);
            requirePort("registry", registry);
            requirePort("clickHouse", clickHouse);
        }

        private static void requirePort(String name, int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port " + name + " must be 0 to 65535, was " + port);
            }
        }
    }

    /**
     * Where the software comes from that is not on the class path.
     *
     * @param cacheFolder where it is kept unpacked, for all stacks of a user
     * @param localMavenRepository looked at first
     * @param mavenRepository the base URL of a Maven repository; null to ask {@code mvn}
     * @param npmRegistry the base URL of an npm registry; null to ask {@code npm}
     * @param chdbLibrary the file of a libchdb to use instead of a fetched one; null to fetch it
     * @param path folders of programs, as in the environment variable PATH
     */
    public record Software(
            Path cacheFolder,
            Path localMavenRepository,
            @Nullable URI mavenRepository,
            @Nullable URI npmRegistry,
            @Nullable Path chdbLibrary,
            String path) {

        /**
         * As this process's user has it: {@code TOLLGATE_CACHE}, {@code TOLLGATE_MAVEN_REPOSITORY},
         * {@code TOLLGATE_NPM_REGISTRY}, {@code TOLLGATE_CHDB_LIBRARY} in the environment, or system properties named
         * like {@code tollgate.maven.repository}, which come first. The cache is in {@code XDG_CACHE_HOME} or
         * {@code ~/.cache} by default, the local Maven repository where {@code maven.repo.local} says or in
         * {@code ~/.m2}.
         */
        public static Software ofUser() {
            return of(System.getenv(), name -> System.getProperty(name), Path.of(System.getProperty("user.home")));
        }

        static Software of(Map<String, String> environment, Lookup properties, Path home) {
            Lookup settings = property -> {
                String value = properties.get(property);
                return value == null || value.isBlank()
                        ? environment.get(property.replace('.', '_').toUpperCase(Locale.ROOT))
                        : value;
            };
            String cache = settings.get("tollgate.cache");
            String userCache = environment.get("XDG_CACHE_HOME");
            String localRepository = properties.get("maven.repo.local");
            String mavenRepository = settings.get("tollgate.maven.repository");
            String npmRegistry = settings.get("tollgate.npm.registry");
            String chdbLibrary = settings.get("tollgate.chdb.library");
            return new Software(
                    isSet(cache)
                            ? Path.of(cache)
                            : (isSet(userCache) ? Path.of(userCache) : home.resolve(".cache")).resolve("tollgate"),
                    isSet(localRepository)
                            ? Path.of(localRepository)
                            : home.resolve(".m2").resolve("repository"),
                    isSet(mavenRepository) ? URI.create(mavenRepository) : null,
                    isSet(npmRegistry) ? URI.create(npmRegistry) : null,
                    isSet(chdbLibrary) ? Path.of(chdbLibrary) : null,
                    environment.getOrDefault("PATH", ""));
        }

        private static boolean isSet(@Nullable String value) {
            return value != null && !value.isBlank();
        }

        /** A value by name, null where there is none. */
        @FunctionalInterface
        interface Lookup {
            @Nullable
            String get(String name);
        }
    }

    /** Everything, in a folder that lasts: a later stack in it has the same data and, where it can, the same ports. */
    public static EmbeddedStackOptions lastingIn(Path folder) {
        return everything(folder);
    }

    /** Everything, in a temporary folder that is deleted with the stack. */
    public static EmbeddedStackOptions ephemeral() {
        return everything(null);
    }

    private static EmbeddedStackOptions everything(@Nullable Path folder) {
        return new EmbeddedStackOptions(
                folder, EnumSet.allOf(Part.class), Ports.ANY, Software.ofUser(), null, StartListener.NONE);
    }

    public EmbeddedStackOptions withParts(Part first, Part... others) {
        return new EmbeddedStackOptions(folder, EnumSet.of(first, others), ports, software, clickHouseUrl, progress);
    }

    public EmbeddedStackOptions withPorts(Ports chosen) {
        return new EmbeddedStackOptions(folder, parts, chosen, software, clickHouseUrl, progress);
    }

    public EmbeddedStackOptions withSoftware(Software chosen) {
        return new EmbeddedStackOptions(folder, parts, ports, chosen, clickHouseUrl, progress);
    }

    public EmbeddedStackOptions withClickHouseUrl(String url) {
        return new EmbeddedStackOptions(folder, parts, ports, software, url, progress);
    }

    public EmbeddedStackOptions withProgress(StartListener listener) {
        return new EmbeddedStackOptions(folder, parts, ports, software, clickHouseUrl, listener);
    }
}
