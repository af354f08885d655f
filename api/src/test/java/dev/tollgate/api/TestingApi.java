package dev.tollgate.api;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.http.contract.ApiContract;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.sql.Migrator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An API on a database of its own, in an embedded ClickHouse that all classes of a run share, and calls of it. Each
 * answer is held against the API document.
 */
final class TestingApi implements AutoCloseable {
    /** What the API takes for now. */
    static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

    /** Reads everything. */
    static final String READER = "tg_reader-of-everything-0123456789";
    /** Reads the accounts {@code a} and those that begin with {@code team-}. */
    static final String BOUND = "tg_reader-of-account-a-0123456789";

    static final String OPERATOR = "tg_operator-of-everything-012345678";
    static final String PUBLISHER = "tg_publisher-of-events-01234567890";
    static final String CHECKER = "tg_checker-of-calls-0123456789012345";
    static final String EXPIRED = "tg_reader-of-the-past-01234567890123";

    private static final ApiContract CONTRACT = ApiContract.of(Api.class);

    private static @Nullable EmbeddedStack shared;

    private final String database;
    private final Api api;
    private final HttpClient client = HttpClient.newHttpClient();

    /**
     * Starts one.
     *
     * @param database of its own, made with all tables
     */
    TestingApi(String database, String... changes) throws SQLException {
        this.database = database;
        new Migrator(clickHouse()).migrate();
        api = Api.start(ApiConfig.from(settings(changes)), new SimpleMeterRegistry(), InstantSource.fixed(NOW));
    }

    /** The stack ends with the process of the tests. */
    private static synchronized EmbeddedStack stack() {
        EmbeddedStack stack = shared;
        if (stack == null) {
            stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.CLICKHOUSE));
            Runtime.getRuntime().addShutdownHook(new Thread(stack::close));
            shared = stack;
        }
        return stack;
    }

    private ClickHouseConfig clickHouse() {
        return ClickHouseConfig.of(stack().clickHouseUrl(), database);
    }

    private Map<String, String> settings(String... changes) {
        Map<String, String> settings = new HashMap<>();
        settings.put("clickhouse.url", stack().clickHouseUrl());
        settings.put("clickhouse.database", database);
        settings.put("api.port", "0");
        settings.putAll(tokens());
        for (int i = 0; i < changes.length; i += 2) {
            settings.put(changes[i], changes[i + 1]);
        }
        return settings;
    }

    static Map<String, String> tokens() {
        Map<String, String> settings = new HashMap<>();
        Map.of(
                        "reader", READER,
                        "bound", BOUND,
                        "operator", OPERATOR,
                        "publisher", PUBLISHER,
                        "check", CHECKER,
                        "expired", EXPIRED)
                .forEach((name, token) -> settings.put(
                        "api.tokens." + name + ".hash", TokenHash.of(token).text()));
        settings.put("api.tokens.bound.accounts", "a, team-*");
        settings.put("api.tokens.operator.role", "operator");
        settings.put("api.tokens.publisher.role", "publisher");
        settings.put("api.tokens.check.role", "check");
        settings.put("api.tokens.expired.expires", "2026-01-01T00:00:00Z");
        return settings;
    }

    Api api() {
        return api;
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = clickHouse().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setSchema(database);
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Asks with the token that reads everything. */
    Reply get(String path) {
        return get(READER, path);
    }

    /**
     * Asks.
     *
     * @param token empty for none
     * @param path with its query, encoded
     * @param headers pairs of name and value
     */
    Reply get(String token, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api.address() + path));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            Reply reply = new Reply(response.statusCode(), response.headers(), response.body());
            String sent = URI.create(path).getRawPath();
            CONTRACT.check("GET", routeOf(sent), reply.status(), reply.headers(), reply.body());
            return reply;
        } catch (IOException e) {
            throw new AssertionError(path + " got no answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private String routeOf(String path) {
        return api.routes().keySet().stream()
                .filter(route -> path.matches(route.replaceAll("\\{[^}]+}", "[^/]+")))
                .min(java.util.Comparator.comparingInt((String route) -> route.indexOf('{') < 0 ? 0 : 1))
                .orElseThrow(() -> new AssertionError("no route for " + path));
    }

    /** A value in a query. */
    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        client.close();
        api.close();
    }
}
