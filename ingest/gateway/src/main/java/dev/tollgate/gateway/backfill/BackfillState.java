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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which content was published how far: for each its source, the number of bytes and their digest. Content is known
 * again under whatever name, so renaming, rotating, compressing or appending to a file changes nothing, and one that
 * was rewritten is read from its beginning. Another content under the name of a known one is noted beside it, not in
 * its place: the old one may come again as {@code app.log.1}. The {@value #MAX_ENTRIES} contents that were read last
 * are remembered. One run at a time has a state file, held by a lock on a file beside it.
 */
final class BackfillState implements AutoCloseable {
    static final int MAX_ENTRIES = 4_096;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;

    private final @Nullable Path file;
    private final String source;
    private final @Nullable FileChannel lock;
    /** To the name under which each was read last; the one that was read longest ago first. */
    private final Map<Content, String> names = new LinkedHashMap<>();

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
     * @param writes whether {@link Progress#advance} notes anything
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
                names.put(
                        new Content(
                                node.path("source").asText(),
                                node.path("bytes").asLong(),
                                node.path("sha256").asText()),
                        node.path("path").asText());
            }
        } catch (JsonProcessingException e) {
            throw new GatewayException(file + " is not a state file; name another one", e);
        }
    }

    /** What is known of a file's content: the longest beginning of it that was published. */
    Progress progressOf(Path path) throws IOException {
        TreeMap<Long, Map<String, Content>> known = new TreeMap<>();
        for (Content content : names.keySet()) {
            if (content.source().equals(source)) {
                known.computeIfAbsent(content.bytes(), length -> new HashMap<>())
                        .put(content.sha256(), content);
            }
        }
        Content found = null;
        if (!known.isEmpty()) {
            try (LineReader reader = LineReader.open(path)) {
                for (Map.Entry<Long, Map<String, Content>> candidates : known.entrySet()) {
                    reader.skipTo(candidates.getKey());
                    if (reader.offset() < candidates.getKey()) {
                        break;
                    }
                    Content match = candidates.getValue().get(reader.digest());
                    found = match == null ? found : match;
                }
            }
        }
        return new Progress(path.toAbsolutePath().toString(), found);
    }

    private void save(Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        ArrayNode files = root.putArray("files");
        names.forEach((content, name) -> files.addObject()
                .put("path", name)
                .put("source", content.source())
                .put("bytes", content.bytes())
                .put("sha256", content.sha256()));
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

    /** How far the content of one file was published. */
    final class Progress {
        private final String name;
        private @Nullable Content content;
        /** Whether the entry is this run's, or of the same file before it grew, and not of another one. */
        private boolean isOwn;

        private Progress(String name, @Nullable Content content) {
            this.name = name;
            this.content = content;
            this.isOwn = content != null && name.equals(names.get(content));
        }

        /** Bytes from the beginning that are known to be published: 0 if none. */
        long bytes() {
            return content == null ? 0 : content.bytes();
        }

        /** Notes how far it was published and makes that survive a crash. */
        void advance(long bytes, String sha256) throws IOException {
            if (file == null || lock == null || bytes == 0) {
                return;
            }
            Content reached = new Content(source, bytes, sha256);
            if (content != null && isOwn) {
                names.remove(content);
            }
            // Behind all others: it is the one that was read last.
            names.remove(reached);
            names.put(reached, name);
            content = reached;
            isOwn = true;
            while (names.size() > MAX_ENTRIES) {
                names.remove(names.keySet().iterator().next());
            }
            save(file);
        }
    }

    private record Content(String source, long bytes, String sha256) {}
}
