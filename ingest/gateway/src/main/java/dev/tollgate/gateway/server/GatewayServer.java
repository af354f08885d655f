package dev.tollgate.gateway.server;

import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.kafka.KafkaWatch;
import dev.tollgate.gateway.token.AccessToken;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server: Jetty without the servlet layer, HTTP/1.1, plain or over TLS. A few platform threads move bytes,
 * each request is handled on a virtual thread.
 */
public final class GatewayServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GatewayServer.class);

    private static final int PLATFORM_THREADS = 32;
    /** What a page may send: who it is, what it sends, and the attributes of a CloudEvent in binary mode. */
    private static final Set<String> CORS_HEADERS = Set.of(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "ce-specversion",
            "ce-id",
            "ce-source",
            "ce-type",
            "ce-subject",
            "ce-time",
            "ce-dataschema",
            "ce-datacontenttype");

    /** Largest request line and headers. */
    static final int HEAD_BYTES = 16 << 10;

    private final Server server;
    private final ServerConnector connector;
    private final GatewayHandler handler;
    private final HeadDeadline headDeadline;
    private final Tokens tokens;
    private final boolean secure;

    private GatewayServer(
            Server server,
            ServerConnector connector,
            GatewayHandler handler,
            HeadDeadline headDeadline,
            Tokens tokens,
            boolean secure) {
        this.server = server;
        this.connector = connector;
        this.handler = handler;
        this.headDeadline = headDeadline;
        this.tokens = tokens;
        this.secure = secure;
    }

    /**
     * Listens.
     *
     * @throws java.io.IOException if the address cannot be bound
     * @throws Exception if the key store cannot be used
     */
    public static GatewayServer start(
            GatewayConfig config, EventSender sender, KafkaWatch watch, MeterRegistry registry, InstantSource clock)
            throws Exception {
        Budget bytes = new Budget(config.limits().inFlightBytes());
        Budget events = new Budget(config.limits().inFlightEvents());
        GatewayMetrics metrics = new GatewayMetrics(registry, bytes, events, watch);
        Tokens tokens = new Tokens(config.tokens(), bytes, config.limits().tokenBytes());
        EventsEndpoint endpoint = new EventsEndpoint(config, sender, watch, tokens, events, metrics, clock);
        HeadDeadline headDeadline = new HeadDeadline(config.timeouts().request());
        GatewayHandler handler = new GatewayHandler(endpoint, watch, metrics, headDeadline);

        QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS);
        threads.setName("gateway-http");
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("gateway-request-", 0).factory()));
        Server server = new Server(threads);
        ServerConnector connector = connector(server, config);
        connector.addBean(headDeadline);
        connector.addEventListener(headDeadline);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(config.limits().maxConnections(), connector));
        server.setErrorHandler(new ProblemErrorHandler());
        server.setHandler(new GracefulHandler(withCors(handler, config.corsOrigins())));
        server.setStopTimeout(Math.max(1, config.timeouts().drain().toMillis()));
        GatewayServer started =
                new GatewayServer(server, connector, handler, headDeadline, tokens, config.tls() != null);
        try {
            server.start();
        } catch (Exception e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** Pages of the named origins may publish; without one, browsers let no page of another origin do so. */
    private static Handler withCors(Handler handler, List<String> origins) {
        if (origins.isEmpty()) {
            return handler;
        }
        CrossOriginHandler cors = new CrossOriginHandler();
        cors.setAllowedOriginPatterns(origins.stream().map(Pattern::quote).collect(Collectors.toSet()));
        cors.setAllowedMethods(Set.of("POST"));
        cors.setAllowedHeaders(CORS_HEADERS);
        cors.setExposedHeaders(Set.of("Retry-After"));
        cors.setPreflightMaxAge(Duration.ofHours(1));
        cors.setHandler(handler);
        return cors;
    }

    private static ServerConnector connector(Server server, GatewayConfig config) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(HEAD_BYTES);
        http.setUriCompliance(UriCompliance.RFC3986);
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector;
        GatewayConfig.Tls tls = config.tls();
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
        connector.setIdleTimeout(config.timeouts().idle().toMillis());
        connector.setAcceptQueueSize(1_024);
        return connector;
    }

    /** The port that it listens on, also where a free one was asked for. */
    public int port() {
        return connector.getLocalPort();
    }

    /**
     * From now on these may publish and no others.
     *
     * @throws IllegalArgumentException if there are none, or anyone may publish
     */
    public void replaceTokens(List<AccessToken> replacement) {
        tokens.replace(replacement);
    }

    /** What {@code /health/ready} says. */
    public boolean isReady() {
        return handler.isReady();
    }

    /** Whether it has stopped. */
    public boolean isStopped() {
        return server.isStopped();
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return secure ? "https" : "http";
    }

    /** Path to methods of everything that is served. */
    public Map<String, Iterable<String>> routes() {
        return handler.routes();
    }

    /** Waits until it is closed. */
    public void awaitTermination() throws InterruptedException {
        server.join();
    }

    /** Takes no new connections, answers what is under way within the drain timeout, then stops. */
    @Override
    public void close() {
        handler.drain();
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
