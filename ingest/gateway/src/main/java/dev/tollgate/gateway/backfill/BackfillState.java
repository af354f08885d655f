package dev.tollgate.gateway.backfill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.gateway.GatewayException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far which content was published: for each file its source, the number of bytes and their digest. A file is known
 * again by source and content, so renaming, compressing or appending to it changes nothing; one that was rewritten is
 * read from its beginning. One run at a time has a state file, held by a lock on a file beside it.
 */
final class BackfillState implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;

    private final @Nullable Path file;
    private final String source;
    private final @Nullable FileChannel lock;
    private final Map<Key, Entry> entries = new LinkedHashMap<>();

    private BackfillState(@Nullable Path file, String source, @Nullable FileChannel lock) {
        this.file = file;
        this.source = source;
        this.lock = lock;
    }

    /**
     * Reads the state, or starts an empty one; its folder is made if it is not there.
     *
     * @param file null to remember nothing
     * @param source of the files that are going to be read
     * @param writes whether {@link #advance} notes anything
     * @throws GatewayException if the file is there and is not a state file, or another run has it
     */
    static BackfillState open(@Nullable Path file, String source, boolean writes) throws IOException {
        if (file == null) {
            return new BackfillState(null, source, null);
        }
        FileChannel lock = writes ? lock(file) : null;
        boolean opened = false;
        try {
            BackfillState state = new BackfillState(file, source, lock);
            state.load(file);
            opened = true;
            return state;
        } finally {
            if (!opened && lock != null) {
                lock.close();
            }
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel = FileChannel.open(
                file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Held within this process; the answer is the same.
            locked = false;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new GatewayException(file + " is used by another run; wait for it, or name another state file");
        }
        return channel;
    }

    private void load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (root.path("version").asInt() != VERSION || !root.path("files").isArray()) {
                throw new GatewayException(file + " is not a state file of this version; name another one");
            }
            for (JsonNode node : root.path("files")) {
                Entry entry = new Entry(
                        node.path("source").asText(),
                        node.path("bytes").asLong(),
                        node.path("sha256").asText());
                entries.put(new Key(entry.source(), node.path("path").asText()), entry);
            }
        } catch (JsonProcessingException e) {
            throw new GatewayException(file + " is not a state file; name another one", e);
        }
    }

    /** How many bytes from the beginning of a file are known to be published: 0 if none. */
    long published(Path content) throws IOException {
        TreeSet<Long> lengths = new TreeSet<>();
        Set<Entry> known = new HashSet<>();
        for (Entry entry : entries.values()) {
            if (entry.source().equals(source)) {
                lengths.add(entry.bytes());
                known.add(entry);
            }
        }
        if (known.isEmpty()) {
            return 0;
        }
        long found = 0;
        try (LineReader reader = LineReader.open(content)) {
            for (long length : lengths) {
                reader.skipTo(length);
                if (reader.offset() < length) {
                    break;
                }
                if (known.contains(new Entry(source, length, reader.digest()))) {
                    found = length;
                }
            }
        }
        return found;
    }

    /** Notes how far a file was published and makes that survive a crash. */
    void advance(Path content, long bytes, String sha256) throws IOException {
        if (file == null || lock == null) {
            return;
        }
        // The same content under another name, such as a rotated log or a copy of standard input, takes over its entry.
        Entry entry = new Entry(source, bytes, sha256);
        entries.values().remove(entry);
        entries.put(new Key(source, content.toAbsolutePath().toString()), entry);
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        ArrayNode files = root.putArray("files");
        entries.forEach((key, known) -> files.addObject()
                .put("path", key.path())
                .put("source", known.source())
                .put("bytes", known.bytes())
                .put("sha256", known.sha256()));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }

    private record Key(String source, String path) {}

    private record Entry(String source, long bytes, String sha256) {}
}
