package dev.tollgate.cli.metrics;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.metrics.ListenAddress;
import dev.tollgate.schemas.metrics.MetricsConfig;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * Serves one page, {@code /metrics}, on an address of its own: GET and HEAD of exactly this path, with or without a
 * query. Everything else is answered with 404, another method with 405. Plain HTTP without a token.
 */
final class MetricsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

    private static final String PATH = "/metrics";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";

    /** Whoever scrapes needs one or two connections. */
    private static final int MAX_CONNECTIONS = 32;

    private static final int THREADS = 6;
    private static final int HEAD_BYTES = 8 << 10;
    private static final int IDLE_MILLIS = 30_000;
    private static final int STOP_MILLIS = 2_000;

    private final Server server;
    private final URI address;

    private MetricsServer(Server server, URI address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Listens.
     *
     * @param page makes the page, once for each time that it is asked for
     * @throws CommandFailure if the address cannot be listened on
     */
    static MetricsServer start(ListenAddress listen, Supplier<String> page) {
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
        server.setHandler(new Page(page));
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
        return new MetricsServer(server, URI.create("http://" + listen.withPort(connector.getLocalPort()) + PATH));
    }

    /** Where the page is. */
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

    private static final class Page extends Handler.Abstract {
        private final Supplier<String> page;

        Page(Supplier<String> page) {
            this.page = page;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.getHeaders().put("Cache-Control", "no-store");
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
            boolean head = request.getMethod().equals("HEAD");
            if (!PATH.equals(request.getHttpURI().getPath())) {
                write(response, callback, 404, TEXT, "there is nothing here but " + PATH + "\n", head);
            } else if (!head && !request.getMethod().equals("GET")) {
                response.getHeaders().put("Allow", "GET, HEAD");
                write(response, callback, 405, TEXT, "allowed here: GET, HEAD\n", false);
            } else {
                String text;
                try {
                    text = page.get();
                } catch (RuntimeException e) {
                    LOG.error("the metrics cannot be read", e);
                    write(response, callback, 500, TEXT, "the fault is logged\n", head);
                    return true;
                }
                write(response, callback, 200, PROMETHEUS_TEXT, text, head);
            }
            return true;
        }

        private static void write(
                Response response, Callback callback, int status, String type, String text, boolean head) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            response.setStatus(status);
            response.getHeaders().put("Content-Type", type);
            response.getHeaders().put("Content-Length", body.length);
            response.write(true, head ? null : ByteBuffer.wrap(body), callback);
        }
    }
}
