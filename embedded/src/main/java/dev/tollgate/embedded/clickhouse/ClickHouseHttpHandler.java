package dev.tollgate.embedded.clickhouse;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * ClickHouse's HTTP interface over the engine in this process: {@code /ping}, and queries on any other path.
 *
 * <p>Each query gets a connection of its own, so that settings and the current database last exactly one request.
 * Inserts are fed to the engine while they arrive and results of SELECTs leave while they are computed; only results
 * that are one document (JSON, Pretty, ...) and statements themselves are held in memory.
 */
final class ClickHouseHttpHandler implements HttpHandler, AutoCloseable {
    private static final System.Logger log = System.getLogger(ClickHouseHttpHandler.class.getName());

    private static final long MAX_WAIT_SECONDS = 60;
    /** A client that is still sending when its query fails reads the answer only after it has sent everything. */
    private static final long MAX_DRAINED_BYTES = 1L << 30;

    private final ChdbLibrary library;
    private final Path folder;
    private final String version;
    private final Semaphore queries;
    private final int maxQueries;

    /** Holds the engine open while no query runs. */
    private final ChdbConnection anchor;

    /** @param maxQueries how many run at a time; the next ones wait for up to a minute */
    ClickHouseHttpHandler(ChdbLibrary library, Path folder, int maxQueries) {
        this.library = library;
        this.folder = folder;
        this.version = library.version();
        this.queries = new Semaphore(maxQueries, true);
        this.maxQueries = maxQueries;
        this.anchor = ChdbConnection.open(library, folder);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        HttpResponse response = new HttpResponse(exchange);
        try {
            answer(exchange, response);
        } catch (IOException | RuntimeException e) {
            if (response.isStarted()) {
                log.log(Level.WARNING, "answer broken off: " + e);
                // Without an orderly end of the exchange the server drops the connection: the client sees a broken
                // body.
                throw new IOException("answer broken off", e);
            }
            drain(exchange.getRequestBody());
            response.sendError(asClickHouseError(e), version);
        }
        exchange.close();
    }

    private void answer(HttpExchange exchange, HttpResponse response) throws IOException {
        if (exchange.getRequestURI().getPath().equals("/ping")) {
            response.sendText("Ok.\n");
            return;
        }
        HttpQuery query = HttpQuery.read(
                exchange.getRequestURI().getRawQuery(), exchange.getRequestHeaders(), exchange.getRequestBody());
        if (query.statement().length == 0) {
            response.sendText("Ok.\n");
            return;
        }
        response.identify(query);
        acquire();
        try (ChdbConnection connection = ChdbConnection.open(library, folder)) {
            connection.execute(query.settingStatement());
            connection.execute(query.useStatement());
            run(query, connection, response);
        } finally {
            queries.release();
        }
    }

    private void acquire() {
        boolean acquired = false;
        try {
            acquired = queries.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!acquired) {
            throw ClickHouseException.of(
                    ClickHouseException.TOO_MANY_QUERIES,
                    "Too many simultaneous queries: " + maxQueries + " are running and none ended within "
                            + MAX_WAIT_SECONDS + " s");
        }
    }

    private static void run(HttpQuery query, ChdbConnection connection, HttpResponse response) throws IOException {
        switch (query.sql()) {
            case Sql.Insert insert -> {
                Statistics statistics =
                        connection.insert(query.statement(), insert.format(), query.parameters(), query.data());
                response.send(query.format(), MemorySegment.NULL, statistics);
            }
            case Sql.Select select -> {
                String format = Objects.requireNonNullElse(select.format(), query.format());
                StreamableFormat streamable = StreamableFormat.named(format);
                if (streamable == null || !stream(query, format, streamable, connection, response)) {
                    runWhole(query, format, connection, response);
                }
            }
            case Sql.Other other ->
                runWhole(query, Objects.requireNonNullElse(other.format(), query.format()), connection, response);
        }
    }

    /** @return false if the result has no rows: the engine then gives no chunk, not even one with the header */
    private static boolean stream(
            HttpQuery query,
            String format,
            StreamableFormat streamable,
            ChdbConnection connection,
            HttpResponse response)
            throws IOException {
        boolean any = connection.stream(query.statement(), format, query.parameters(), (bytes, statistics) -> {
            // Each chunk repeats the header; only the first one's is part of the result.
            long skipped = response.isStarted() ? streamable.headerBytes(bytes) : 0;
            response.sendPiece(format, bytes.asSlice(skipped), statistics);
        });
        response.finish();
        return any;
    }

    private static void runWhole(HttpQuery query, String format, ChdbConnection connection, HttpResponse response)
            throws IOException {
        connection.query(
                query.statement(),
                query.format(),
                query.parameters(),
                (bytes, statistics) -> response.send(format, bytes, statistics));
    }

    private static ClickHouseException asClickHouseError(Exception e) {
        if (e instanceof ClickHouseException engineError) {
            return engineError;
        }
        log.log(Level.WARNING, "query failed outside the engine", e);
        return ClickHouseException.of(ClickHouseException.UNKNOWN, "the HTTP endpoint failed: " + e);
    }

    private static void drain(InputStream body) {
        long drained = 0;
        byte[] buffer = new byte[64 << 10];
        try {
            int length;
            while (drained < MAX_DRAINED_BYTES && (length = body.read(buffer)) >= 0) {
                drained += length;
            }
        } catch (IOException e) {
            // Read to its end and closed, or the client is gone: nothing is left to read, and sending the answer will
            // tell.
            log.log(Level.DEBUG, "request body not drained", e);
        }
    }

    /** Closes the engine; no query may be running. */
    @Override
    public void close() {
        anchor.close();
    }
}
