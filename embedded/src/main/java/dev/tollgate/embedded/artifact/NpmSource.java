package dev.tollgate.embedded.artifact;

import dev.tollgate.embedded.StackException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a package of an npm registry: from the configured registry, otherwise with the user's own npm, whose settings
 * know the registry to use.
 *
 * @param packageName with its scope
 * @param version one exact version
 * @param registry the base URL of a registry; null to leave it to npm
 * @param path where programs are, as in the environment variable PATH
 */
public record NpmSource(
        String packageName, String version, @Nullable URI registry, String path) implements ArtifactSource {

    @Override
    public Path fetch(Path staging, LongConsumer bytesSoFar) throws IOException, InterruptedException {
        if (registry != null) {
            Path archive = staging.resolve("archive.tgz");
            HttpDownload.to(archive, archiveUrl(registry), bytesSoFar);
            return archive;
        }
        return fetchWithNpm(staging, bytesSoFar);
    }

    private URI archiveUrl(URI base) {
        String bareName = packageName.substring(packageName.indexOf('/') + 1);
        String separator = base.toString().endsWith("/") ? "" : "/";
        return URI.create(base + separator + packageName + "/-/" + bareName + "-" + version + ".tgz");
    }

    private Path fetchWithNpm(Path staging, LongConsumer bytesSoFar) throws IOException, InterruptedException {
        String wanted = packageName + "@" + version;
        Optional<Path> npm = ExternalCommand.find("npm", path);
        if (npm.isEmpty()) {
            throw new StackException("fetching " + wanted + " needs npm: put npm on the PATH, or set "
                    + "TOLLGATE_NPM_REGISTRY to the URL of an npm registry that has it, or configure the URL of a "
                    + "running ClickHouse");
        }
        // A cache of its own shows by its growth how much has come, and leaves no second copy behind.
        Path cache = Files.createDirectories(staging.resolve("npm-cache"));
        Path packed = Files.createDirectories(staging.resolve("packed"));
        ExternalCommand.run(
                "fetching " + wanted + " with npm",
                List.of(
                        npm.get().toString(),
                        "pack",
                        wanted,
                        "--ignore-scripts",
                        "--pack-destination",
                        packed.toString(),
                        "--cache",
                        cache.toString()),
                staging,
                cache,
                bytesSoFar);
        try (Stream<Path> files = Files.list(packed)) {
            return files.findFirst().orElseThrow(() -> new StackException("npm packed no file for " + wanted));
        }
    }
}
