package dev.tollgate.cli.metrics;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.metrics.ListenAddress;
import dev.tollgate.schemas.metrics.MetricsConfig;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process serves to its operators: {@code /metrics} and the probes {@code /health/live}, {@code /health/ready}
 * and {@code /health/startup}, on an address of its own. GET and HEAD of exactly these paths, with or without a query;
 * everything else is answered with 404, another method with 405. Plain HTTP without a token.
 */
final class ManagementServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

    private static final String PATH = "/metrics";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";

    /** Whoever scrapes needs one or two connections. */
    private static final int MAX_CONNECTIONS = 32;

    private static final int THREADS = 6;
    private static final int HEAD_BYTES = 8 << 10;
    private static final int IDLE_MILLIS = 30_000;
    private static final int STOP_MILLIS = 2_000;

    private final Server server;
    private final URI address;

    private ManagementServer(Server server, URI address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Listens.
     *
     * @param metrics makes the page of the metrics, once for each time that it is asked for
     * @param health answers the probes
     * @throws CommandFailure if the address cannot be listened on
     */
    static ManagementServer start(ListenAddress listen, Supplier<String> metrics, ProcessHealth health) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS);
        threads.setName("metrics-http");
        threads.setDaemon(true);
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEAD_BYTES);
        http.setUriCompliance(UriCompliance.RFC3986);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(listen.host());
        connector.setPort(listen.port());
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
        server.setHandler(new Pages(metrics, health));
        server.setStopTimeout(STOP_MILLIS);
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            throw new CommandFailure(
                    "metrics cannot be served on " + listen + " (" + MetricsConfig.LISTEN.key()
                            + "): choose another address for this process, or leave the key out",
                    e);
        }
        return new ManagementServer(server, URI.create("http://" + listen.withPort(connector.getLocalPort()) + PATH));
    }

    /** Where the metrics are. */
    URI address() {
        return address;
    }

    @Override
    public void close() {
        stop(server);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            // Stopping late is not worth failing for: whatever was still open has been cut off.
            LOG.warn("the listener of the metrics did not stop cleanly", e);
        } finally {
            server.destroy();
        }
    }

    /** What stands at a path. */
    private record Page(int status, String contentType, String text) {
        static Page of(ProcessHealth.Answer answer) {
            return new Page(answer.ok() ? 200 : 503, JSON, answer.body());
        }
    }

    private static final class Pages extends Handler.Abstract {
        private final Map<String, Supplier<Page>> pages = new LinkedHashMap<>();

        Pages(Supplier<String> metrics, ProcessHealth health) {
            pages.put(PATH, () -> new Page(200, PROMETHEUS_TEXT, metrics.get()));
            pages.put("/health/live", () -> Page.of(health.live()));
            pages.put("/health/ready", () -> Page.of(health.ready()));
            pages.put("/health/startup", () -> Page.of(health.started()));
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.getHeaders().put("Cache-Control", "no-store");
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
            boolean head = request.getMethod().equals("HEAD");
            Supplier<Page> page = pages.get(request.getHttpURI().getPath());
            if (page == null) {
                String paths = String.join(", ", pages.keySet());
                write(response, callback, new Page(404, TEXT, "there is nothing here but " + paths + "\n"), head);
            } else if (!head && !request.getMethod().equals("GET")) {
                response.getHeaders().put("Allow", "GET, HEAD");
                write(response, callback, new Page(405, TEXT, "allowed here: GET, HEAD\n"), false);
            } else {
                write(response, callback, made(request, page), head);
            }
            return true;
        }

        private static Page made(Request request, Supplier<Page> page) {
            try {
                return page.get();
            } catch (RuntimeException e) {
                LOG.error(
                        "the page cannot be made: path={}", request.getHttpURI().getPath(), e);
                return new Page(500, TEXT, "the fault is logged\n");
            }
        }

        private static void write(Response response, Callback callback, Page page, boolean head) {
            byte[] body = page.text().getBytes(StandardCharsets.UTF_8);
            response.setStatus(page.status());
            response.getHeaders().put("Content-Type", page.contentType());
            response.getHeaders().put("Content-Length", body.length);
            response.write(true, head ? null : ByteBuffer.wrap(body), callback);
        }
    }
}
