package dev.tollgate.api;

import dev.tollgate.api.access.Access;
import dev.tollgate.api.query.Database;
import dev.tollgate.http.Budget;
import dev.tollgate.http.server.CorsConfig;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.Readiness;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Tokens;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running query API. It starts without ClickHouse, and answers 503 while that is away.
 *
 * <pre>{@code
 * try (Api api = Api.start(ApiConfig.from(settings), registry)) {
 *     api.awaitTermination();
 * }
 * }</pre>
 */
public final class Api implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Api.class);

    private final HttpServer server;
    private final ApiRoutes routes;
    private final Database database;
    private final Tokens tokens;
    private boolean closed;

    private Api(HttpServer server, ApiRoutes routes, Database database, Tokens tokens) {
        this.server = server;
        this.routes = routes;
        this.database = database;
        this.tokens = tokens;
    }

    /**
     * Starts one on the system's clock.
     *
     * @param registry gets the API's meters
     * @throws ApiException if the address is taken or the key store unusable
     */
    public static Api start(ApiConfig config, MeterRegistry registry) {
        return start(config, registry, InstantSource.system());
    }

    /** As {@link #start(ApiConfig, MeterRegistry)}, with the clock that says what now is in a request. */
    static Api start(ApiConfig config, MeterRegistry registry, InstantSource clock) {
        Database database = new Database(config.clickHouse(), config.bounds());
        // Requests have no bodies here, so that tokens share no memory.
        Tokens tokens = new Tokens(config.tokens(), new Budget(0), 0, InstantSource.system());
        ApiRoutes routes = new ApiRoutes(new Access(tokens), database, clock);
        try {
            HttpServer server = HttpServer.start(
                    "api",
                    config.http(),
                    routes.routes(),
                    () -> readiness(database),
                    new ApiMetrics(registry, database),
                    CorsConfig.NONE);
            log.info("api started: address={} config={}", server.address(), new TreeMap<>(config.effective()));
            return new Api(server, routes, database, tokens);
        } catch (Exception e) {
            database.close();
            throw new ApiException(
                    "the API did not start on " + config.http().host() + ":"
                            + config.http().port() + ": " + e.getMessage(),
                    e);
        }
    }

    private static Readiness.State readiness(Database database) {
        return database.isReachable()
                ? Readiness.State.READY
                : Readiness.State.notReady("clickhouse-unavailable", "ClickHouse does not answer");
    }

    /** Base URL, without a slash at the end. */
    public URI address() {
        return server.address();
    }

    /** How many answers are being streamed out of ClickHouse. */
    int runningExports() {
        return database.runningExports();
    }

    /** Path to methods of everything that is served. */
    Map<String, Set<String>> routes() {
        return server.routes();
    }

    /** Parameters of the query by path. */
    Map<String, List<String>> parameters() {
        return routes.parameters();
    }

    /**
     * From now on these may read and no others, so that a token can be revoked without a restart.
     *
     * @param replacement at least one
     * @throws IllegalArgumentException if there are none
     */
    public void replaceTokens(List<AccessToken> replacement) {
        tokens.replace(replacement);
        log.info(
                "tokens replaced: names={}",
                replacement.stream().map(AccessToken::name).toList());
    }

    /** Whether it answers now: it is not closing, and ClickHouse is there. */
    public boolean isReady() {
        return server.isReady();
    }

    /** Whether it has stopped. */
    public boolean isStopped() {
        return server.isStopped();
    }

    /** Waits until somebody closes it. */
    public void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    /** Stops accepting, answers the requests under way within {@code api.drain-timeout}, and stops. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.close();
            database.close();
            log.info("api stopped");
        }
    }
}
