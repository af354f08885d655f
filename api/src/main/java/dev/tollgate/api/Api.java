package dev.tollgate.api;

import dev.tollgate.api.access.Access;
import dev.tollgate.api.console.Console;
import dev.tollgate.api.live.LimitStates;
import dev.tollgate.api.query.Database;
import dev.tollgate.http.Budget;
import dev.tollgate.http.server.CorsConfig;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.Readiness;
import dev.tollgate.http.service.HttpService;
import dev.tollgate.http.service.OpenParts;
import dev.tollgate.http.token.Tokens;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A running query API. It starts without ClickHouse, and answers 503 while that is away. It starts without Kafka too,
 * where it is to follow the limits; until it has read them they come from ClickHouse. Its tokens are those who may
 * read; it drains within {@code api.drain-timeout}.
 *
 * <pre>{@code
 * try (Api api = Api.start(ApiConfig.from(settings), registry)) {
 *     api.awaitTermination();
 * }
 * }</pre>
 */
public final class Api extends HttpService {
    private final ApiRoutes routes;
    private final Database database;
    private final boolean hasConsole;

    private Api(
            HttpServer server,
            Tokens tokens,
            OpenParts parts,
            ApiRoutes routes,
            Database database,
            boolean hasConsole) {
        super(server, tokens, parts);
        this.routes = routes;
        this.database = database;
        this.hasConsole = hasConsole;
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
        return open("the API", config, parts -> assemble(config, registry, clock, parts), ApiException::new);
    }

    private static Api assemble(ApiConfig config, MeterRegistry registry, InstantSource clock, OpenParts parts)
            throws Exception {
        Database database = parts.add(new Database(config.clickHouse(), config.bounds()));
        // Requests have no bodies here, so that tokens share no memory.
        Tokens tokens = new Tokens(config.tokens(), new Budget(0), 0, InstantSource.system());
        LimitStates states = config.live() == null
                ? null
                : parts.add(new LimitStates(config.live(), System::currentTimeMillis, clock::millis));
        ApiRoutes routes = new ApiRoutes(new Access(tokens), database, clock, states);
        Optional<Console> console = Console.find();
        console.ifPresent(pages -> pages.addTo(routes.routes()));
        HttpServer server = HttpServer.start(
                "api",
                config.http(),
                routes.routes(),
                () -> readiness(database),
                new ApiMetrics(registry, database, states),
                CorsConfig.NONE);
        if (states != null) {
            states.start();
        }
        return new Api(server, tokens, parts, routes, database, console.isPresent());
    }

    private static Readiness.State readiness(Database database) {
        return database.isReachable()
                ? Readiness.State.READY
                : Readiness.State.notReady("clickhouse-unavailable", "ClickHouse does not answer");
    }

    /** Where its pages are; empty if this build has none. */
    public Optional<URI> console() {
        return hasConsole ? Optional.of(address().resolve(Console.PATH)) : Optional.empty();
    }

    /** How many answers are being streamed out of ClickHouse. */
    int runningExports() {
        return database.runningExports();
    }

    /** Parameters of the query by path. */
    Map<String, List<String>> parameters() {
        return routes.parameters();
    }
}
