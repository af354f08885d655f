package dev.tollgate.embedded.artifact;

import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.StartListener;
import dev.tollgate.embedded.StartListener.Phase;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of unpacked artifacts, shared by all stacks of a user.
 *
 * <p>An artifact is fetched and unpacked in a staging folder under a lock that other processes respect, and moved to
 * its place as a whole when all of it is there: what can be seen in its place is complete, whenever a process was
 * killed.
 */
public final class ArtifactCache {
    private static final Logger log = LoggerFactory.getLogger(ArtifactCache.class);

    /** File locks are held by a process, not by a thread: threads of one process take turns here. */
    private static final ConcurrentHashMap<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

    private final Path root;
    private final StartListener progress;

    public ArtifactCache(Path root, StartListener progress) {
        this.root = root.toAbsolutePath();
        this.progress = progress;
    }

    /**
     * The folder of the unpacked artifact, fetched first if it is not there or damaged.
     *
     * @throws StackException if it cannot be fetched or is not what was expected
     */
    public Path folderOf(Artifact artifact, ArtifactSource source) {
        Path place = root.resolve(artifact.folder());
        try {
            if (Manifest.agrees(place, artifact.sha512())) {
                return place;
            }
            Files.createDirectories(root);
            ReentrantLock turn = IN_PROCESS.computeIfAbsent(place, unused -> new ReentrantLock());
            turn.lockInterruptibly();
            try (FileChannel lockFile = FileChannel.open(
                            root.resolve(artifact.folder() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = lockFile.lock()) {
                log.debug("cache locked: artifact={} lock={}", artifact.name(), lock);
                if (!Manifest.agrees(place, artifact.sha512())) {
                    fetch(artifact, source, place);
                }
                return place;
            } finally {
                turn.unlock();
            }
        } catch (IOException e) {
            throw new StackException(
                    "%s could not be put into the cache %s: %s".formatted(artifact.name(), root, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while fetching " + artifact.name(), e);
        }
    }

    private void fetch(Artifact artifact, ArtifactSource source, Path place) throws IOException, InterruptedException {
        if (Files.exists(place)) {
            log.warn("cache is damaged and filled again: artifact={} folder={}", artifact.name(), place);
        }
        Path staging = root.resolve(artifact.folder() + ".staging");
        // Only a process that died while it held the lock leaves one behind.
        Folders.delete(staging);
        Files.createDirectories(staging);
        try {
            Path archive = source.fetch(staging, reporter(artifact, Phase.DOWNLOAD));
            requireIntact(artifact, archive);
            Path unpacked = staging.resolve("unpacked");
            Archive.unpack(archive, artifact.root(), unpacked, reporter(artifact, Phase.UNPACK));
            Manifest.write(unpacked, artifact.sha512());
            Folders.delete(place);
            Files.move(unpacked, place, StandardCopyOption.ATOMIC_MOVE);
            log.info("cache filled: artifact={} folder={}", artifact.name(), place);
        } finally {
            Folders.delete(staging);
        }
    }

    private void requireIntact(Artifact artifact, Path archive) throws IOException {
        String actual = Sha512.of(archive, reporter(artifact, Phase.VERIFY));
        if (!actual.equals(artifact.sha512())) {
            throw new StackException(
                    ("%s is not what it should be, and is not used: %s has SHA-512 %s, expected %s. If a mirror gave"
                                    + " it, tell its owner; if it is a local copy, delete it and start again")
                            .formatted(artifact.name(), archive, actual, artifact.sha512()));
        }
    }

    private LongConsumer reporter(Artifact artifact, Phase phase) {
        return new ThrottledReporter(progress, phase, artifact.name(), artifact.archiveBytes());
    }
}
