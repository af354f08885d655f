package dev.tollgate.embedded.clickhouse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the engine: its own current database and settings, one statement at a time. For one thread.
 *
 * <p>The first connection of a process opens the engine on a data folder; the others join it. Opening one takes well
 * under a millisecond while another is open.
 */
final class ChdbConnection implements AutoCloseable {
    private static final int INSERT_CHUNK_BYTES = 1 << 20;
    private static final String NO_OUTPUT_FORMAT = "TabSeparated";

    private final ChdbLibrary library;
    private final MemorySegment address;
    private final MemorySegment handle;

    private ChdbConnection(ChdbLibrary library, MemorySegment address) {
        this.library = library;
        this.address = address;
        this.handle = address.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
    }

    /**
     * The engine of this process.
     *
     * @param folder of its tables
     * @param config the configuration file that says what statements may do
     */
    record Engine(ChdbLibrary library, Path folder, Path config) {
        /**
         * Opens a connection.
         *
         * @throws ClickHouseException if the engine rejects it, for instance because another process has opened
         *     {@code folder}
         */
        ChdbConnection open() {
            try (Arena arena = Arena.ofConfined()) {
                List<String> words = List.of("clickhouse", "--path=" + folder, "--config-file=" + config);
                MemorySegment arguments = arena.allocate(ADDRESS, words.size());
                for (int i = 0; i < words.size(); i++) {
                    arguments.setAtIndex(ADDRESS, i, arena.allocateFrom(words.get(i)));
                }
                MemorySegment address = library.connect(words.size(), arguments);
                if (address.address() == 0) {
                    throw ClickHouseException.of(
                            ClickHouseException.UNKNOWN, "the engine did not open " + folder + "; its log says why");
                }
                return new ChdbConnection(library, address);
            }
        }
    }

    /** Runs a statement whose result, if any, does not matter. */
    void execute(String sql) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
            MemorySegment result = library.query(handle, NativeStatement.of(arena, bytes, NO_OUTPUT_FORMAT, Map.of()));
            try {
                requireSuccess(result);
            } finally {
                destroy(result);
            }
        }
    }

    /** Runs a statement to its end and then passes its whole result on, empty where there is none. */
    void query(byte[] sql, String format, Map<String, String> parameters, ResultChunk receiver) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = library.query(handle, NativeStatement.of(arena, sql, format, parameters));
            try {
                requireSuccess(result);
                receiver.accept(library.resultBytes(result), library.statistics(result));
            } finally {
                destroy(result);
            }
        }
    }

    /**
     * Runs a SELECT and passes its result on while it comes, so that no result is too large. Each chunk is a complete
     * document of {@code format}, with its header if the format has one.
     *
     * @return whether there was any chunk
     */
    boolean stream(byte[] sql, String format, Map<String, String> parameters, ResultChunk receiver) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = library.streamQuery(handle, NativeStatement.of(arena, sql, format, parameters));
            boolean finished = false;
            try {
                requireSuccess(stream);
                boolean any = false;
                while (passNextChunk(stream, receiver)) {
                    any = true;
                }
                finished = true;
                return any;
            } finally {
                if (!finished && stream.address() != 0) {
                    library.streamCancel(handle, stream);
                }
                destroy(stream);
            }
        }
    }

    private boolean passNextChunk(MemorySegment stream, ResultChunk receiver) throws IOException {
        MemorySegment chunk = library.streamFetch(handle, stream);
        try {
            requireSuccess(chunk);
            MemorySegment bytes = library.resultBytes(chunk);
            if (bytes.byteSize() == 0) {
                return false;
            }
            receiver.accept(bytes, library.statistics(chunk));
            return true;
        } finally {
            destroy(chunk);
        }
    }

    /**
     * Inserts what {@code data} holds, to its end. Nothing is visible unless this returns; a failure in the middle
     * leaves at most whole blocks behind, as it does on a server.
     *
     * @param sql the INSERT up to where FORMAT or VALUES would follow
     * @param format the input format of {@code data}
     */
    Statistics insert(byte[] sql, String format, Map<String, String> parameters, InputStream data) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment insert = library.streamInsert(handle, NativeStatement.of(arena, sql, format, parameters));
            boolean finished = false;
            try {
                requireNoInsertError(insert);
                byte[] heap = new byte[INSERT_CHUNK_BYTES];
                MemorySegment chunk = arena.allocate(heap.length);
                int length;
                while ((length = data.readNBytes(heap, 0, heap.length)) > 0) {
                    MemorySegment.copy(heap, 0, chunk, JAVA_BYTE, 0, length);
                    if (!library.insertAppend(insert, chunk, length)) {
                        requireNoInsertError(insert);
                        throw ClickHouseException.of(ClickHouseException.UNKNOWN, "the insert took no more data");
                    }
                }
                MemorySegment result = library.insertDone(insert);
                finished = true;
                try {
                    requireSuccess(result);
                    return library.statistics(result);
                } finally {
                    destroy(result);
                }
            } finally {
                if (!finished) {
                    library.insertCancel(insert);
                }
                library.destroyInsert(insert);
            }
        }
    }

    @Override
    public void close() {
        library.closeConnection(address);
    }

    private void requireSuccess(MemorySegment result) {
        if (result.address() == 0) {
            throw ClickHouseException.of(ClickHouseException.UNKNOWN, "the engine gave no result");
        }
        requireNoError(library.resultError(result));
    }

    private void requireNoInsertError(MemorySegment insert) {
        requireNoError(library.insertError(insert));
    }

    private static void requireNoError(@Nullable String error) {
        if (error != null) {
            throw ClickHouseException.ofEngine(error);
        }
    }

    private void destroy(MemorySegment result) {
        if (result.address() != 0) {
            library.destroyResult(result);
        }
    }

    /** Takes part of a result. */
    @FunctionalInterface
    interface ResultChunk {
        /** @param bytes native memory that is valid only during the call */
        void accept(MemorySegment bytes, Statistics statistics) throws IOException;
    }
}
