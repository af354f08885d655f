package dev.tollgate.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Routes;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server: Jetty without the servlet layer, HTTP/1.1, plain or over TLS. A few platform threads move bytes, each
 * request is handled on a virtual thread. Beside its routes it serves {@code /health/live} and {@code /health/ready}.
 * Every answer carries {@code X-Request-Id}, and so do problems and the log. Example:
 *
 * <pre>{@code
 * Routes routes = new Routes().get("/v1/accounts/{account}", exchange -> Answer.json(200, json ->
 *         json.writeStringField("account_id", exchange.variable("account"))));
 * HttpServer server = HttpServer.start("api", config, routes, readiness, RequestListener.NONE, CorsConfig.NONE);
 * }</pre>
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    private static final int PLATFORM_THREADS = 32;

    /** A slash or percent sign within a segment stays what it is: routes match paths as they were sent. */
    private static final UriCompliance PATHS = UriCompliance.RFC3986.with(
            "RFC3986-ENCODED",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    /** Largest request line and headers. */
    static final int HEAD_BYTES = 16 << 10;

    private final String name;
    private final Server server;
    private final ServerConnector connector;
    private final HeadDeadline headDeadline;
    private final Readiness readiness;
    private final HttpServerConfig config;
    private final Routes routes;
    private volatile boolean draining;

    @SuppressWarnings("NullAway.Init") // Set before anybody sees the server.
    private URI address;

    private HttpServer(
            String name,
            HttpServerConfig config,
            Routes routes,
            Readiness readiness,
            RequestListener listener,
            CorsConfig cors) {
        this.name = name;
        this.config = config;
        this.readiness = readiness;
        this.routes = routes;
        routes.get("/health/live", exchange -> health(200, "live", ""));
        routes.get("/health/ready", exchange -> ready());
        QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS);
        threads.setName(name + "-http");
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(name + "-request-", 0).factory()));
        headDeadline = new HeadDeadline(name, config.requestTimeout());
        server = new Server(threads);
        connector = connector(server, config);
        connector.addBean(headDeadline);
        connector.addEventListener(headDeadline);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(config.maxConnections(), connector));
        server.setErrorHandler(new ProblemErrorHandler());
        server.setHandler(new GracefulHandler(withCors(new RequestDispatcher(routes, listener, headDeadline), cors)));
        server.setStopTimeout(Math.max(1, config.drainTimeout().toMillis()));
    }

    /**
     * Listens.
     *
     * @param name for threads and the log: {@code gateway}
     * @param config where, and for how long it waits
     * @param routes what it serves; not to be changed any more
     * @param readiness what {@code /health/ready} says until it is closed
     * @param listener hears of each answer
     * @param cors which pages of other origins may use it
     * @throws java.io.IOException if the address cannot be bound
     * @throws Exception if the key store cannot be used
     */
    public static HttpServer start(
            String name,
            HttpServerConfig config,
            Routes routes,
            Readiness readiness,
            RequestListener listener,
            CorsConfig cors)
            throws Exception {
        HttpServer started = new HttpServer(name, config, routes, readiness, listener, cors);
        try {
            started.listen();
        } catch (Exception e) {
            started.close();
            throw e;
        }
        return started;
    }

    private void listen() throws Exception {
        server.start();
        String host = config.host();
        String shown = host.contains(":") ? "[" + host + "]" : host;
        address =
                URI.create((config.tls() == null ? "http" : "https") + "://" + shown + ":" + connector.getLocalPort());
    }

    private static Handler withCors(Handler handler, CorsConfig config) {
        if (config.origins().isEmpty()) {
            return handler;
        }
        CrossOriginHandler cors = new CrossOriginHandler();
        cors.setAllowedOriginPatterns(
                config.origins().stream().map(Pattern::quote).collect(Collectors.toSet()));
        cors.setAllowedMethods(config.methods());
        cors.setAllowedHeaders(config.headers());
        cors.setExposedHeaders(config.exposed());
        cors.setPreflightMaxAge(Duration.ofHours(1));
        cors.setHandler(handler);
        return cors;
    }

    private static ServerConnector connector(Server server, HttpServerConfig config) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(HEAD_BYTES);
        http.setUriCompliance(PATHS);
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector;
        @Nullable TlsConfig tls = config.tls();
        if (tls == null) {
            connector = new WaitingConnector(server, plain);
        } else {
            SslContextFactory.Server ssl = new SslContextFactory.Server();
            ssl.setKeyStorePath(tls.keyStore().toString());
            ssl.setKeyStoreType(tls.type());
            ssl.setKeyStorePassword(tls.password());
            // Whether the certificate names the address that was asked for is the client's to check.
            http.addCustomizer(new SecureRequestCustomizer(false));
            connector = new WaitingConnector(server, new SslConnectionFactory(ssl, "http/1.1"), plain);
        }
        connector.setHost(config.host());
        connector.setPort(config.port());
        connector.setIdleTimeout(config.idleTimeout().toMillis());
        connector.setAcceptQueueSize(1_024);
        return connector;
    }

    private Answer ready() {
        if (draining) {
            return health(503, "draining", "");
        }
        Readiness.State state = readiness.state();
        return health(state.ready() ? 200 : 503, state.status(), state.detail());
    }

    private static Answer health(int status, String text, String detail) {
        return Answer.json(status, (JsonGenerator json) -> {
            json.writeStringField("status", text);
            if (!detail.isEmpty()) {
                json.writeStringField("detail", detail);
            }
        });
    }

    /** For threads and the log. */
    public String name() {
        return name;
    }

    /**
     * Base URL, without a slash at the end; with the port that was taken where a free one was asked for. It stays the
     * same when the server has stopped.
     */
    public URI address() {
        return address;
    }

    /** What {@code /health/ready} says. */
    public boolean isReady() {
        return !draining && readiness.state().ready();
    }

    /** Whether it has stopped. */
    public boolean isStopped() {
        return server.isStopped();
    }

    /** Path to methods of everything that is served. */
    public Map<String, Set<String>> routes() {
        return routes.methods();
    }

    /** Waits until it is closed. */
    public void awaitTermination() throws InterruptedException {
        server.join();
    }

    /** Takes no new connections, answers what is under way within the drain timeout, then stops. */
    @Override
    public void close() {
        // From now on not ready, so that load balancers look elsewhere; requests are still served.
        draining = true;
        try {
            server.stop();
        } catch (Exception e) {
            // Stopping late is not worth failing for: whatever was still open has been cut off.
            log.warn("the server did not stop cleanly", e);
        } finally {
            headDeadline.close();
            server.destroy();
        }
    }
}
