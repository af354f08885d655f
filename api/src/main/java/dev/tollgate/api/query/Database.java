package dev.tollgate.api.query;

import com.clickhouse.jdbc.StatementImpl;
import dev.tollgate.api.problem.ApiProblem;
import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.ProblemException;
import dev.tollgate.sql.ClickHouseConfig;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tollgate's database, asked over bounded numbers of connections of the official driver. Rows are read as they come, so
 * that the memory of an answer does not depend on its length. Thread-safe.
 */
public final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long ASK_AGAIN_NANOS = 1_000_000_000L;
    /** Codes of ClickHouse: TIMEOUT_EXCEEDED, TOO_MANY_ROWS, MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS_OR_BYTES. */
    private static final Set<Integer> TOO_MUCH = Set.of(159, 158, 241, 396, 307);

    /** From which size on what ClickHouse groups and sorts goes to its disk. */
    private static final String MEMORY_BYTES = "1000000000";

    private final DataSource source;
    private final String database;
    private final QueryBounds bounds;
    private final Semaphore queries;
    private final Semaphore exports;
    private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean available = new AtomicBoolean(true);
    private volatile boolean closed;
    private boolean asked;
    private long askedNanos;

    /** @param bounds of what runs at the same time; more wait for a few seconds and are then rejected */
    public Database(ClickHouseConfig config, QueryBounds bounds) {
        this.source = config.dataSource();
        this.database = config.database();
        this.bounds = bounds;
        this.queries = new Semaphore(bounds.maxQueries(), true);
        this.exports = new Semaphore(bounds.maxExports(), true);
    }

    /** Whether the last query got an answer of ClickHouse. */
    public boolean isAvailable() {
        return available.get();
    }

    /** How many exports are running. */
    public int runningExports() {
        return bounds.maxExports() - exports.availablePermits();
    }

    /** Whether ClickHouse answers; asks it at most once a second. */
    public synchronized boolean isReachable() {
        long now = System.nanoTime();
        if (!asked || now - askedNanos > ASK_AGAIN_NANOS) {
            asked = true;
            askedNanos = now;
            try {
                query(new Statement().sql("SELECT 1"), PATIENCE, row -> true);
            } catch (ProblemException e) {
                // No room says that it answers others.
                return available.get();
            } catch (IOException | IllegalStateException e) {
                available.set(false);
                log.warn("ClickHouse does not answer", e);
            }
        }
        return available.get();
    }

    /**
     * Asks for rows that are taken as fast as they come.
     *
     * @param rows takes each row
     * @throws ProblemException if there is no room, ClickHouse is away, or it gave up
     * @throws IOException if the rows cannot be handed on
     */
    public void query(Statement statement, RowConsumer rows) throws IOException {
        query(statement, bounds.queryTimeout(), rows);
    }

    /**
     * Asks for rows that are handed on to a client as fast as it reads them; takes no place of {@link #query}.
     *
     * @param rows takes each row
     * @throws ProblemException if there is no room, ClickHouse is away, or it gave up
     * @throws IOException if the rows cannot be handed on
     */
    public void export(Statement statement, RowConsumer rows) throws IOException {
        ask(exports, "exports", statement, bounds.exportTimeout(), rows);
    }

    /** As {@link #query(Statement, RowConsumer)}, with a time of its own after which ClickHouse gives up. */
    void query(Statement statement, Duration timeout, RowConsumer rows) throws IOException {
        ask(queries, "queries", statement, timeout, rows);
    }

    private void ask(Semaphore permits, String what, Statement statement, Duration timeout, RowConsumer rows)
            throws IOException {
        if (!acquire(permits)) {
            throw new ProblemException(Answer.problem(
                    CommonProblem.OVERLOADED,
                    "too many " + what + " are running; send the request again after a pause"));
        }
        try {
            run(statement, timeout, rows);
        } finally {
            permits.release();
        }
    }

    private static boolean acquire(Semaphore permits) {
        try {
            return permits.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run(Statement statement, Duration timeout, RowConsumer rows) throws IOException {
        Connection connection = null;
        boolean reusable = false;
        try {
            connection = connection();
            try (java.sql.Statement sql = connection.createStatement()) {
                StatementImpl ours = sql.unwrap(StatementImpl.class);
                ours.getLocalSettings().serverSetting("max_execution_time", Long.toString(timeout.toSeconds()));
                ours.getLocalSettings().serverSetting("max_bytes_before_external_group_by", MEMORY_BYTES);
                ours.getLocalSettings().serverSetting("max_bytes_before_external_sort", MEMORY_BYTES);
                statement
                        .parameters()
                        .forEach((name, value) -> ours.getLocalSettings().serverSetting("param_" + name, value));
                boolean whole = true;
                try (ResultSet result = sql.executeQuery(statement.text())) {
                    while (whole && result.next()) {
                        whole = rows.accept(result);
                    }
                }
                available.set(true);
                reusable = whole;
            }
        } catch (SQLException e) {
            throw problem(e);
        } finally {
            giveBack(connection, reusable);
        }
    }

    private Connection connection() throws SQLException {
        Connection known = idle.poll();
        if (known != null) {
            return known;
        }
        Connection made = source.getConnection();
        made.setSchema(database);
        return made;
    }

    private void giveBack(@Nullable Connection connection, boolean reusable) {
        if (connection == null) {
            return;
        }
        if (reusable && !closed) {
            idle.add(connection);
            return;
        }
        close(connection);
    }

    private ProblemException problem(SQLException e) {
        int code = codeOf(e);
        if (TOO_MUCH.contains(code)) {
            log.warn("query took too much: code={}", code, e);
            return new ProblemException(Answer.problem(
                    ApiProblem.QUERY_TOO_LARGE,
                    "the query took more time or memory than it may; ask for a shorter time, fewer groups, or one"
                            + " account"));
        }
        if (code > 0) {
            // ClickHouse answered; a query that it does not take is a fault of ours.
            throw new IllegalStateException("ClickHouse rejected a query: " + e.getMessage(), e);
        }
        available.set(false);
        log.warn("ClickHouse does not answer", e);
        return new ProblemException(Answer.problem(
                ApiProblem.CLICKHOUSE_UNAVAILABLE, "ClickHouse does not answer; try again after a pause"));
    }

    /** ClickHouse's code of what went wrong, or 0 if it did not answer. */
    private static int codeOf(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof com.clickhouse.client.api.ServerException server) {
                return server.getCode();
            }
            if (cause instanceof TimeoutException) {
                return 0;
            }
        }
        return 0;
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            log.debug("connection did not close cleanly", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            close(connection);
        }
    }
}
