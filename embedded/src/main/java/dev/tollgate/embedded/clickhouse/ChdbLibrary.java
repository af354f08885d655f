package dev.tollgate.embedded.clickhouse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The C functions of libchdb that an endpoint needs, one method each. Handles are passed as the addresses that the
 * library gave; {@link ChdbConnection} gives them lifetimes.
 *
 * <p>Calls block their thread inside the library, for as long as a query takes, so they belong on platform threads.
 */
final class ChdbLibrary {
    private static final int SUCCESS = 0;

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;

    private final MethodHandle version;
    private final MethodHandle setSignalHandlers;
    private final MethodHandle shutdown;
    private final MethodHandle connect;
    private final MethodHandle closeConnection;

    private final MethodHandle query;
    private final MethodHandle streamQuery;
    private final MethodHandle streamFetch;
    private final MethodHandle streamCancel;

    private final MethodHandle resultBuffer;
    private final MethodHandle resultLength;
    private final MethodHandle resultError;
    private final MethodHandle resultDestroy;
    private final MethodHandle rowsRead;
    private final MethodHandle bytesRead;
    private final MethodHandle rowsWritten;
    private final MethodHandle bytesWritten;
    private final MethodHandle storageRowsRead;
    private final MethodHandle storageBytesRead;

    private final MethodHandle streamInsert;
    private final MethodHandle insertAppend;
    private final MethodHandle insertDone;
    private final MethodHandle insertError;
    private final MethodHandle insertCancel;
    private final MethodHandle insertDestroy;

    /**
     * Loads the library, for the rest of the process's life.
     *
     * @throws IllegalArgumentException if {@code file} cannot be loaded or is not a libchdb with streaming inserts
     *     (26.7 or newer)
     */
    ChdbLibrary(Path file) {
        symbols = SymbolLookup.libraryLookup(file, Arena.global());

        version = function("chdb_version", ADDRESS);
        setSignalHandlers = procedure("chdb_set_signal_handlers_enabled", JAVA_INT);
        shutdown = function("chdb_shutdown", JAVA_INT);
        connect = function("chdb_connect", ADDRESS, JAVA_INT, ADDRESS);
        closeConnection = procedure("chdb_close_conn", ADDRESS);

        query = statementFunction("chdb_query_with_params_n");
        streamQuery = statementFunction("chdb_stream_query_with_params_n");
        streamFetch = function("chdb_stream_fetch_result", ADDRESS, ADDRESS, ADDRESS);
        streamCancel = procedure("chdb_stream_cancel_query", ADDRESS, ADDRESS);

        resultBuffer = function("chdb_result_buffer", ADDRESS, ADDRESS);
        resultLength = function("chdb_result_length", JAVA_LONG, ADDRESS);
        resultError = function("chdb_result_error", ADDRESS, ADDRESS);
        resultDestroy = procedure("chdb_destroy_query_result", ADDRESS);
        rowsRead = function("chdb_result_rows_read", JAVA_LONG, ADDRESS);
        bytesRead = function("chdb_result_bytes_read", JAVA_LONG, ADDRESS);
        rowsWritten = function("chdb_result_rows_written", JAVA_LONG, ADDRESS);
        bytesWritten = function("chdb_result_bytes_written", JAVA_LONG, ADDRESS);
        storageRowsRead = function("chdb_result_storage_rows_read", JAVA_LONG, ADDRESS);
        storageBytesRead = function("chdb_result_storage_bytes_read", JAVA_LONG, ADDRESS);

        streamInsert = statementFunction("chdb_stream_insert_with_params_n");
        insertAppend = function("chdb_stream_append", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
        insertDone = function("chdb_stream_done", ADDRESS, ADDRESS);
        insertError = function("chdb_stream_insert_error", ADDRESS, ADDRESS);
        insertCancel = procedure("chdb_stream_cancel_insert", ADDRESS);
        insertDestroy = procedure("chdb_destroy_insert_stream", ADDRESS);
    }

    String version() {
        String text = text(call(() -> (MemorySegment) version.invokeExact()));
        return text == null ? "unknown" : text;
    }

    /** The library's signal handlers and the JVM's do not get along; to be called before the first connection. */
    void disableSignalHandlers() {
        run(() -> {
            setSignalHandlers.invokeExact(0);
        });
    }

    /** Ends the engine's threads. Every connection must be closed, and no function may be called afterwards. */
    boolean shutdown() {
        return call(() -> (int) shutdown.invokeExact()) == SUCCESS;
    }

    /** The address of a new connection's handle, null where the engine rejects it. */
    MemorySegment connect(int count, MemorySegment arguments) {
        return call(() -> (MemorySegment) connect.invokeExact(count, arguments));
    }

    void closeConnection(MemorySegment connection) {
        run(() -> {
            closeConnection.invokeExact(connection);
        });
    }

    MemorySegment query(MemorySegment connection, NativeStatement statement) {
        return call(() -> invoke(query, connection, statement));
    }

    MemorySegment streamQuery(MemorySegment connection, NativeStatement statement) {
        return call(() -> invoke(streamQuery, connection, statement));
    }

    MemorySegment streamFetch(MemorySegment connection, MemorySegment stream) {
        return call(() -> (MemorySegment) streamFetch.invokeExact(connection, stream));
    }

    void streamCancel(MemorySegment connection, MemorySegment stream) {
        run(() -> {
            streamCancel.invokeExact(connection, stream);
        });
    }

    /** The bytes of a result, valid until it is destroyed. */
    MemorySegment resultBytes(MemorySegment result) {
        long length = call(() -> (long) resultLength.invokeExact(result));
        return length == 0
                ? MemorySegment.NULL
                : call(() -> (MemorySegment) resultBuffer.invokeExact(result)).reinterpret(length);
    }

    @Nullable
    String resultError(MemorySegment result) {
        return text(call(() -> (MemorySegment) resultError.invokeExact(result)));
    }

    Statistics statistics(MemorySegment result) {
        return call(() -> new Statistics(
                (long) storageRowsRead.invokeExact(result),
                (long) storageBytesRead.invokeExact(result),
                (long) rowsWritten.invokeExact(result),
                (long) bytesWritten.invokeExact(result),
                (long) rowsRead.invokeExact(result),
                (long) bytesRead.invokeExact(result)));
    }

    void destroyResult(MemorySegment result) {
        run(() -> {
            resultDestroy.invokeExact(result);
        });
    }

    MemorySegment streamInsert(MemorySegment connection, NativeStatement statement) {
        return call(() -> invoke(streamInsert, connection, statement));
    }

    /** Whether the engine took the bytes; it waits while it is behind. */
    boolean insertAppend(MemorySegment insert, MemorySegment bytes, long length) {
        return call(() -> (int) insertAppend.invokeExact(insert, bytes, length)) == SUCCESS;
    }

    MemorySegment insertDone(MemorySegment insert) {
        return call(() -> (MemorySegment) insertDone.invokeExact(insert));
    }

    @Nullable
    String insertError(MemorySegment insert) {
        return text(call(() -> (MemorySegment) insertError.invokeExact(insert)));
    }

    void insertCancel(MemorySegment insert) {
        run(() -> {
            insertCancel.invokeExact(insert);
        });
    }

    void destroyInsert(MemorySegment insert) {
        run(() -> {
            insertDestroy.invokeExact(insert);
        });
    }

    private static MemorySegment invoke(MethodHandle function, MemorySegment connection, NativeStatement statement)
            throws Throwable {
        return (MemorySegment) function.invokeExact(
                connection,
                statement.sql(),
                statement.sqlLength(),
                statement.format(),
                statement.formatLength(),
                statement.names(),
                statement.nameLengths(),
                statement.values(),
                statement.valueLengths(),
                statement.parameterCount());
    }

    /**
     * {@code (connection, sql, length, format, length, names, lengths, values, lengths, count)}, with a handle as
     * result.
     */
    private MethodHandle statementFunction(String name) {
        return function(
                name, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
                JAVA_LONG);
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return linker.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments));
    }

    private MethodHandle procedure(String name, MemoryLayout... arguments) {
        return linker.downcallHandle(symbol(name), FunctionDescriptor.ofVoid(arguments));
    }

    private MemorySegment symbol(String name) {
        return symbols.find(name)
                .orElseThrow(() -> new IllegalArgumentException("the library has no function " + name));
    }

    private static @Nullable String text(MemorySegment pointer) {
        return pointer.address() == 0
                ? null
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static <T> T call(NativeCall<T> call) {
        try {
            return call.invoke();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            // Method handles declare every throwable; a C function throws none.
            throw new AssertionError("a native call threw", e);
        }
    }

    private static void run(NativeProcedure procedure) {
        try {
            procedure.invoke();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a native call threw", e);
        }
    }

    @FunctionalInterface
    private interface NativeCall<T> {
        T invoke() throws Throwable;
    }

    @FunctionalInterface
    private interface NativeProcedure {
        void invoke() throws Throwable;
    }
}
