package dev.tollgate.embedded.clickhouse;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.tollgate.embedded.process.LocalCaller;
import dev.tollgate.embedded.process.StartSecret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * ClickHouse's HTTP interface over the engine in this process: {@code /ping}, and queries on any other path.
 *
 * <p>Answers programs of this machine that know the password, as {@code Authorization: Basic} or as
 * {@code X-ClickHouse-User} and {@code X-ClickHouse-Key}; requests of web pages are rejected even with it. A GET reads
 * only.
 *
 * <p>Each query gets a connection of its own, so that settings and the current database last exactly one request.
 * Inserts are fed to the engine while they arrive and results of SELECTs leave while they are computed; only results
 * that are one document (JSON, Pretty, ...) and statements themselves are held in memory.
 */
final class ClickHouseHttpHandler implements HttpHandler, AutoCloseable {
    private static final System.Logger log = System.getLogger(ClickHouseHttpHandler.class.getName());

    private static final long MAX_WAIT_SECONDS = 60;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST");

    /** Settings may change under it, but not back. */
    private static final String READ_ONLY = "SET readonly = 2";

    /** Rows behind VALUES are taken as plain values: an expression in a text could name any function. */
    private static final String NO_EXPRESSIONS = "SET input_format_values_interpret_expressions = 0,"
            + " input_format_values_deduce_templates_of_expressions = 0";

    /** Rows behind VALUES may hold expressions up to here; more rows than these must be plain values. */
    private static final int MAX_CHECKED_VALUES = 16 << 20;

    /** A client that is still sending when its query fails reads the answer only after it has sent everything. */
    private static final long MAX_DRAINED_BYTES = 1L << 30;
    /** What is read of a request that is not let in, so that its sender can read why. */
    private static final long MAX_DRAINED_OF_STRANGERS = 1L << 20;

    private final ChdbConnection.Engine engine;
    private final StartSecret secret;
    private final String version;
    private final Semaphore queries;
    private final int maxQueries;

    /** Holds the engine open while no query runs. */
    private final ChdbConnection anchor;

    /** @param maxQueries how many run at a time; the next ones wait for up to a minute */
    ClickHouseHttpHandler(ChdbConnection.Engine engine, StartSecret secret, int maxQueries) {
        this.engine = engine;
        this.secret = secret;
        this.version = engine.library().version();
        this.queries = new Semaphore(maxQueries, true);
        this.maxQueries = maxQueries;
        this.anchor = engine.open();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        HttpResponse response = new HttpResponse(exchange);
        ClickHouseException stranger = rejection(exchange);
        if (stranger != null) {
            drain(exchange.getRequestBody(), MAX_DRAINED_OF_STRANGERS);
            response.sendError(stranger, version);
            exchange.close();
            return;
        }
        try {
            answer(exchange, response);
        } catch (IOException | RuntimeException e) {
            if (response.isStarted()) {
                log.log(Level.WARNING, "answer broken off: " + e);
                // Without an orderly end of the exchange the server drops the connection: the client sees a broken
                // body.
                throw new IOException("answer broken off", e);
            }
            drain(exchange.getRequestBody(), MAX_DRAINED_BYTES);
            response.sendError(asClickHouseError(e), version);
        }
        exchange.close();
    }

    /** Why a request is not let in, null if it is. */
    private @Nullable ClickHouseException rejection(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String problem = LocalCaller.problem(headers);
        if (problem != null) {
            return ClickHouseException.of(ClickHouseException.ACCESS_DENIED, problem);
        }
        String method = exchange.getRequestMethod();
        if (!METHODS.contains(method)) {
            return ClickHouseException.of(
                    ClickHouseException.NOT_IMPLEMENTED, "the method must be GET, HEAD or POST, was " + method);
        }
        return isPing(exchange) || knowsSecret(headers)
                ? null
                : ClickHouseException.of(
                        ClickHouseException.AUTHENTICATION_FAILED,
                        "user or password is wrong: both are in the configuration file that 'tollgate up' names");
    }

    private boolean knowsSecret(Headers headers) {
        String basic = headers.getFirst("Authorization");
        if (basic == null) {
            return secret.matches(headers.getFirst("X-ClickHouse-User"), headers.getFirst("X-ClickHouse-Key"));
        }
        try {
            String[] words = basic.strip().split(" +", 2);
            String pair = words.length == 2 && words[0].equalsIgnoreCase("Basic")
                    ? new String(Base64.getDecoder().decode(words[1]), StandardCharsets.UTF_8)
                    : ":";
            int colon = pair.indexOf(':');
            return colon > 0 && secret.matches(pair.substring(0, colon), pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            log.log(Level.DEBUG, "Authorization is not Base64", e);
            return false;
        }
    }

    private static boolean isPing(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().equals("/ping");
    }

    private void answer(HttpExchange exchange, HttpResponse response) throws IOException {
        if (isPing(exchange)) {
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
        StatementRules.checkSettings(query.settings());
        StatementRules.checkStatement(query.statement(), query.parameters().values());
        boolean mayWrite = exchange.getRequestMethod().equals("POST");
        acquire();
        try (ChdbConnection connection = engine.open()) {
            connection.execute(query.settingStatement());
            connection.execute(query.useStatement());
            InputStream data = query.data();
            if (query.sql() instanceof Sql.Insert insert && insert.format().equalsIgnoreCase("Values")) {
                byte[] rows = data.readNBytes(MAX_CHECKED_VALUES);
                StatementRules.checkValues(rows);
                if (rows.length == MAX_CHECKED_VALUES) {
                    connection.execute(NO_EXPRESSIONS);
                }
                data = new SequenceInputStream(new ByteArrayInputStream(rows), data);
            } else {
                connection.execute(NO_EXPRESSIONS);
            }
            if (!mayWrite) {
                connection.execute(READ_ONLY);
            }
            run(query, data, connection, response);
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

    private static void run(HttpQuery query, InputStream data, ChdbConnection connection, HttpResponse response)
            throws IOException {
        switch (query.sql()) {
            case Sql.Insert insert -> {
                Statistics statistics = connection.insert(query.statement(), insert.format(), query.parameters(), data);
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

    private static void drain(InputStream body, long maxBytes) {
        long drained = 0;
        byte[] buffer = new byte[64 << 10];
        try {
            int length;
            while (drained < maxBytes && (length = body.read(buffer)) >= 0) {
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
