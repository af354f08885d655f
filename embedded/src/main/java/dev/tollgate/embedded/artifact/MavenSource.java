package dev.tollgate.embedded.artifact;

import dev.tollgate.embedded.StackException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches an artifact of a Maven repository: from the local repository if it is there, otherwise from the configured
 * repository, otherwise with the user's own Maven, whose settings know the mirrors to use.
 *
 * @param coordinates of the archive
 * @param sha512 of the archive: a local copy that differs is not used
 * @param localRepository the user's local repository
 * @param repository the base URL of a remote repository; null to leave it to Maven
 * @param path where programs are, as in the environment variable PATH
 */
public record MavenSource(
        Coordinates coordinates,
        String sha512,
        Path localRepository,
        @Nullable URI repository,
        String path) implements ArtifactSource {
    private static final Logger log = LoggerFactory.getLogger(MavenSource.class);

    private static final String GET = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:get";

    /** Group, artifact, version, type and classifier, as Maven writes them. */
    public record Coordinates(String group, String artifact, String version, String type, String classifier) {
        private String relativePath() {
            return folder() + artifact + "-" + version + "-" + classifier + "." + type;
        }

        private String folder() {
            return group.replace('.', '/') + "/" + artifact + "/" + version + "/";
        }

        @Override
        public String toString() {
            return String.join(":", group, artifact, version, type, classifier);
        }
    }

    @Override
    public Path fetch(Path staging, LongConsumer bytesSoFar) throws IOException, InterruptedException {
        Path local = localRepository.resolve(coordinates.relativePath());
        boolean damaged = false;
        if (Files.isRegularFile(local)) {
            if (Sha512.of(local, bytesSoFar).equals(sha512)) {
                return local;
            }
            damaged = true;
            log.warn("local Maven repository holds another file than expected, fetching it elsewhere: file={}", local);
        }
        if (repository != null) {
            Path archive = staging.resolve("archive.tar.gz");
            String base = repository.toString();
            HttpDownload.to(
                    archive,
                    URI.create(base + (base.endsWith("/") ? "" : "/") + coordinates.relativePath()),
                    bytesSoFar);
            return archive;
        }
        return fetchWithMaven(staging, damaged ? staging.resolve("repository") : localRepository, bytesSoFar);
    }

    private Path fetchWithMaven(Path staging, Path into, LongConsumer bytesSoFar)
            throws IOException, InterruptedException {
        Optional<Path> maven = ExternalCommand.find("mvn", path);
        if (maven.isEmpty()) {
            throw new StackException("fetching " + coordinates + " needs Maven: put mvn on the PATH, or set "
                    + "TOLLGATE_MAVEN_REPOSITORY to the URL of a Maven repository that has it");
        }
        List<String> command = new ArrayList<>(List.of(maven.get().toString(), "--batch-mode", "--quiet", GET));
        command.add("-Dartifact=" + coordinates);
        command.add("-Dtransitive=false");
        command.add("-Dmaven.repo.local=" + into);
        ExternalCommand.run(
                "fetching " + coordinates + " with Maven",
                command,
                staging,
                into.resolve(coordinates.folder()),
                bytesSoFar);
        return into.resolve(coordinates.relativePath());
    }
}
