package dev.tollgate.embedded;

import dev.tollgate.embedded.EmbeddedStackOptions.Software;
import dev.tollgate.embedded.artifact.Artifact;
import dev.tollgate.embedded.artifact.ArtifactCache;
import dev.tollgate.embedded.artifact.MavenSource;
import dev.tollgate.embedded.artifact.NpmSource;
import java.nio.file.Files;
import java.nio.file.Path;

/** The exact versions that the stack runs besides what is on the class path, and how to come by them. */
final class PinnedSoftware {
    private static final MavenSource.Coordinates REGISTRY_COORDINATES =
            new MavenSource.Coordinates("io.apicurio", "apicurio-registry-app", "3.3.3", "tar.gz", "all");

    private static final Artifact REGISTRY = new Artifact(
            "Apicurio Registry 3.3.3",
            "apicurio-registry-3.3.3",
            "dd081e0bb14bb94ac9806eb768667b10a7292a8a75a81cbbfec1c99d920bc356"
                    + "97fc5e567d74b7bf94a0105648b90480842822959815d2965e0dc6c9524c92d3",
            158_577_952,
            "");

    private static final String CHDB_PACKAGE = "@chdb/lib-linux-x64-gnu";
    private static final String CHDB_VERSION = "26.7.3-stable.1";

    /** The same hash, in Base64, is the "integrity" that the npm registry states for the package. */
    private static final Artifact CHDB = new Artifact(
            "ClickHouse engine 26.7.3",
            "chdb-26.7.3-linux-x64",
            "5cff7b98caa7739b59a4a432c11f0dedc2d3b073624e61ebdf4a42e66ce8de35"
                    + "a6ba48ca9f62016bad1cd81fe059435cb858ce3235a8a2b408082a81563e70a7",
            177_817_999,
            "package/");

    private final Software software;
    private final ArtifactCache cache;

    PinnedSoftware(Software software, StartListener progress) {
        this.software = software;
        this.cache = new ArtifactCache(software.cacheFolder(), progress);
    }

    /** The folder of the registry's software. */
    Path registry() {
        return cache.folderOf(
                REGISTRY,
                new MavenSource(
                        REGISTRY_COORDINATES,
                        REGISTRY.sha512(),
                        software.localMavenRepository(),
                        software.mavenRepository(),
                        software.path()));
    }

    /** The file of the ClickHouse engine's library. */
    Path chdbLibrary() {
        Path configured = software.chdbLibrary();
        if (configured != null) {
            if (!Files.isRegularFile(configured)) {
                throw new StackException("the configured libchdb is not a file: " + configured);
            }
            return configured;
        }
        requireSupportedPlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
        return cache.folderOf(CHDB, new NpmSource(CHDB_PACKAGE, CHDB_VERSION, software.npmRegistry(), software.path()))
                .resolve("libchdb.so");
    }

    static void requireSupportedPlatform(String system, String architecture) {
        if (!(system.equals("Linux") && architecture.equals("amd64"))) {
            throw new StackException(
                    ("the embedded ClickHouse engine is pinned for Linux amd64 only, this is %s %s: configure"
                                    + " the URL of a running ClickHouse, or set TOLLGATE_CHDB_LIBRARY to the file of"
                                    + " a libchdb 26.7 or newer")
                            .formatted(system, architecture));
        }
    }
}
