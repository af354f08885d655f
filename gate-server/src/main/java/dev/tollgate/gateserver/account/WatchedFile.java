package dev.tollgate.gateserver.account;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is read again when it has changed. One with a mistake changes nothing and is logged once. Thread-safe.
 *
 * <p>Size, time and identity of the file tell of a change. Secrets that are mounted are replaced as a whole, so the
 * identity is another one even where size and time are the same.
 *
 * @param <T> what is read from it
 */
public final class WatchedFile<T> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WatchedFile.class);

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final long MAX_BYTES = 256L << 20;

    private final Path file;
    private final Function<String, T> parser;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gate-server-files").factory());
    private volatile T current;
    private volatile long failures;
    private Stamp stamp;

    private WatchedFile(Path file, Function<String, T> parser) throws IOException {
        this.file = file;
        this.parser = parser;
        this.stamp = Stamp.of(file);
        this.current = parser.apply(read(file));
    }

    /**
     * Reads a file and begins to look after it.
     *
     * @param parser of its text; throws {@link IllegalArgumentException} for what is wrong with it
     * @throws IllegalArgumentException naming the file, if it cannot be read or is wrong
     */
    public static <T> WatchedFile<T> of(Path file, Function<String, T> parser) {
        WatchedFile<T> watched;
        try {
            watched = new WatchedFile<>(file, parser);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the file " + file + " cannot be used: " + words(e), e);
        }
        var unused = watched.looking.scheduleWithFixedDelay(
                watched::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return watched;
    }

    /** What the file said when it was last right. */
    public T current() {
        return current;
    }

    /** How many times a change could not be used. */
    public long failures() {
        return failures;
    }

    /** Looks once; package-private so that a test need not wait. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // Written under this object's monitor alone.
    synchronized void look() {
        try {
            Stamp found = Stamp.of(file);
            if (found.equals(stamp)) {
                return;
            }
            stamp = found;
            current = parser.apply(read(file));
            log.info("file read again: file={}", file);
        } catch (IOException e) {
            // It may be on its way from one content to the next.
            log.debug("file cannot be read: file={}", file, e);
        } catch (IllegalArgumentException e) {
            failures++;
            log.warn("the changed file is not used, what was read before holds: file={} {}", file, e.getMessage());
        } catch (RuntimeException e) {
            failures++;
            log.error("the file was not read again: file={}", file, e);
        }
    }

    private static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MAX_BYTES) {
            throw new IllegalArgumentException("is larger than " + MAX_BYTES + " bytes: " + size);
        }
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException("is not UTF-8", e);
        }
    }

    private static String words(Exception e) {
        return e instanceof java.nio.file.NoSuchFileException ? "it does not exist" : String.valueOf(e.getMessage());
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }

    private record Stamp(long millis, long size, @Nullable Object identity) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime().toMillis(), attributes.size(), attributes.fileKey());
        }
    }
}
