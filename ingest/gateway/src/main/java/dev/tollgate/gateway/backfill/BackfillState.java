package dev.tollgate.gateway.backfill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.gateway.GatewayException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far which content was published: for each file the number of bytes and their digest. A file is known again by its
 * content, so renaming, compressing or appending to it changes nothing; one that was rewritten is read from its beginning.
 */
final class BackfillState {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;

    private final @Nullable Path file;
    private final Map<String, Entry> byPath = new LinkedHashMap<>();

    private BackfillState(@Nullable Path file) {
        this.file = file;
    }

    /**
     * Reads the state, or starts an empty one.
     *
     * @param file null to remember nothing
     * @throws GatewayException if the file is there and is not a state file
     */
    static BackfillState load(@Nullable Path file) throws IOException {
        BackfillState state = new BackfillState(file);
        if (file == null || !Files.exists(file)) {
            return state;
        }
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (root.path("version").asInt() != VERSION || !root.path("files").isArray()) {
                throw new GatewayException(file + " is not a state file of this version; name another one");
            }
            for (JsonNode node : root.path("files")) {
                Entry entry = new Entry(
                        node.path("bytes").asLong(), node.path("sha256").asText());
                state.byPath.put(node.path("path").asText(), entry);
            }
        } catch (JsonProcessingException e) {
            throw new GatewayException(file + " is not a state file; name another one", e);
        }
        return state;
    }

    /** How many bytes from the beginning of a file are known to be published: 0 if none. */
    long published(Path content) throws IOException {
        if (byPath.isEmpty()) {
            return 0;
        }
        TreeSet<Long> lengths = new TreeSet<>();
        byPath.values().forEach(entry -> lengths.add(entry.bytes()));
        List<Entry> known = new ArrayList<>(byPath.values());
        long found = 0;
        try (LineReader reader = LineReader.open(content)) {
            for (long length : lengths) {
                reader.skipTo(length);
                if (reader.offset() < length) {
                    break;
                }
                if (known.contains(new Entry(length, reader.digest()))) {
                    found = length;
                }
            }
        }
        return found;
    }

    /** Notes how far a file was published and makes that survive a crash. */
    void advance(Path content, long bytes, String sha256) throws IOException {
        if (file == null) {
            return;
        }
        byPath.put(content.toAbsolutePath().toString(), new Entry(bytes, sha256));
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        ArrayNode files = root.putArray("files");
        byPath.forEach((path, entry) ->
                files.addObject().put("path", path).put("bytes", entry.bytes()).put("sha256", entry.sha256()));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private record Entry(long bytes, String sha256) {}
}
