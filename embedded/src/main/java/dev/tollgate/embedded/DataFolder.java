package dev.tollgate.embedded;

import dev.tollgate.embedded.artifact.Folders;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.embedded.process.PrivateFiles;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one stack, held by one process at a time: data of each part, logs, and the ports of the last run.
 * Nobody but its user may look into it: it holds who called what, and passwords.
 */
final class DataFolder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

    private static final String LOCK = "stack.lock";
    private static final String PORTS = "ports.properties";

    /** Whoever looks whether the folder is held has the lock for a moment. */
    private static final int LOCK_ATTEMPTS = 40;

    private static final Duration LOCK_PAUSE = Duration.ofMillis(25);

    private final Path folder;
    private final boolean temporary;
    private final FileChannel channel;

    private DataFolder(Path folder, boolean temporary, FileChannel channel) {
        this.folder = folder;
        this.temporary = temporary;
        this.channel = channel;
    }

    /**
     * Takes a folder.
     *
     * @param lasting the folder, created if it is not there yet; null for a temporary one
     * @throws StackException if another stack holds it (the message names its process), or if it is somebody else's
     *     folder that others may read
     */
    static DataFolder open(@Nullable Path lasting) {
        try {
            Path folder = lasting == null
                    ? Files.createTempDirectory("tollgate-")
                    : privateFolder(lasting.toAbsolutePath().normalize());
            return new DataFolder(folder, lasting == null, lock(folder));
        } catch (IOException e) {
            throw new StackException("the data folder cannot be used: " + lasting + ": " + e, e);
        }
    }

    Path path() {
        return folder;
    }

    Path of(Part part) {
        return folder.resolve(part.name().toLowerCase(Locale.ROOT));
    }

    Path logOf(Part part) {
        return folder.resolve("logs").resolve(part.name().toLowerCase(Locale.ROOT) + ".log");
    }

    /**
     * Settles the ports of this run: fixed ones as they are, others as in the last run if free, otherwise any; and
     * keeps them.
     */
    ChosenPorts choosePorts(EmbeddedStackOptions.Ports wanted) {
        Path file = folder.resolve(PORTS);
        Properties kept = new Properties();
        try {
            if (Files.isRegularFile(file)) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    kept.load(reader);
                }
            }
            ChosenPorts chosen = new ChosenPorts(
                    choose("kafka", wanted.kafka(), kept),
                    choose("kafka.controller", 0, kept),
                    choose("registry", wanted.registry(), kept),
                    choose("clickhouse", wanted.clickHouse(), kept));
            try (Writer writer = Files.newBufferedWriter(file)) {
                kept.store(writer, "Ports of the last run; reused where they are free");
            }
            return chosen;
        } catch (IOException | IllegalArgumentException e) {
            throw new StackException("the kept ports cannot be read or written: " + file + ": " + e, e);
        }
    }

    /** One per server, none 0. */
    record ChosenPorts(int kafka, int kafkaController, int registry, int clickHouse) {}

    /** Gives the folder back, and deletes it if it was temporary. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
            if (temporary) {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            log.warn("data folder not given back cleanly: folder={}", folder, e);
        }
    }

    private static int choose(String name, int wanted, Properties ports) {
        int port = wanted;
        if (port == 0) {
            int last = Integer.parseInt(ports.getProperty(name, "0").strip());
            port = last > 0 && LoopbackPort.isFree(last) ? last : LoopbackPort.free();
        }
        ports.setProperty(name, Integer.toString(port));
        return port;
    }

    /** A folder with other things in it is left as it is: closing it could lock out those who use them. */
    private static Path privateFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder) && !PrivateFiles.isPrivate(folder) && !Files.exists(folder.resolve(LOCK))) {
            try (Stream<Path> content = Files.list(folder)) {
                if (content.findAny().isPresent()) {
                    throw new StackException("the data folder " + folder + " holds other things and may be read by"
                            + " other users: choose a new or empty one, or close it (chmod 700)");
                }
            }
        }
        return PrivateFiles.folder(folder);
    }

    /** Whether a stack, in this process or in another one, holds a folder. */
    static boolean isHeld(Path folder) {
        Path file = folder.resolve(LOCK);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                lock.release();
            }
            return lock == null;
        } catch (IOException e) {
            throw new StackException("it cannot be told whether a stack is up in " + folder + ": " + e, e);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        Path file = folder.resolve(LOCK);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            FileLock lock = tryLock(channel);
            for (int attempt = 1; lock == null && attempt < LOCK_ATTEMPTS; attempt++) {
                LockSupport.parkNanos(LOCK_PAUSE.toNanos());
                lock = tryLock(channel);
            }
            if (lock == null) {
                throw new StackException("another stack uses the data folder " + folder + " (process "
                        + Files.readString(file).strip() + "): stop it or choose another folder");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            locked = true;
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Null if another stack has it, in this process or in another one. */
    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
