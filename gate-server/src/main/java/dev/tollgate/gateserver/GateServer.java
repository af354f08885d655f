package dev.tollgate.gateserver;

import dev.tollgate.gate.Gate;
import dev.tollgate.gate.micrometer.GateMeterBinder;
import dev.tollgate.gateserver.account.CallerSource;
import dev.tollgate.gateserver.account.HeaderCallers;
import dev.tollgate.gateserver.account.KeyCallers;
import dev.tollgate.gateserver.account.KeyTable;
import dev.tollgate.gateserver.account.WatchedFile;
import dev.tollgate.gateserver.check.CheckReader;
import dev.tollgate.gateserver.check.Checks;
import dev.tollgate.gateserver.check.Recorder;
import dev.tollgate.gateserver.server.CheckEndpoint;
import dev.tollgate.gateserver.server.GateServerMetrics;
import dev.tollgate.gateserver.server.PublishingRecorder;
import dev.tollgate.http.Budget;
import dev.tollgate.http.Routes;
import dev.tollgate.http.server.CorsConfig;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.Readiness;
import dev.tollgate.http.server.RequestListener;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Tokens;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.micrometer.PublisherMeterBinder;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gate that proxies ask over HTTP. It starts without Kafka and the registry and answers by {@code gate.start-policy}
 * until it has read the topics.
 *
 * <pre>{@code
 * try (GateServer server = GateServer.start(GateServerConfig.from(settings), registry)) {
 *     server.awaitTermination();
 * }
 * }</pre>
 */
public final class GateServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GateServer.class);

    private static final Readiness.State LIMITS_UNKNOWN =
            Readiness.State.notReady("limits-unknown", "the topics have not been read to their ends yet");

    private final HttpServer server;
    private final Tokens tokens;
    private final Gate gate;
    private final List<AutoCloseable> closedInOrder;
    private boolean closed;

    private GateServer(HttpServer server, Tokens tokens, Gate gate, List<AutoCloseable> closedInOrder) {
        this.server = server;
        this.tokens = tokens;
        this.gate = gate;
        this.closedInOrder = List.copyOf(closedInOrder);
    }

    /**
     * Starts one. It listens at once; {@link #awaitLimits} waits until it knows the limits.
     *
     * @param registry gets the meters of the server, the gate and the publisher
     * @throws GateServerException if the address is taken, the key store or the file of keys unusable, or a client
     *     property rejected by Kafka
     */
    public static GateServer start(GateServerConfig config, MeterRegistry registry) {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            Gate gate = Gate.of(config.gate());
            opened.addFirst(gate);
            new GateMeterBinder(gate).bindTo(registry);
            RequestEventPublisher publisher = RequestEventPublisher.start(config.publisher());
            opened.addFirst(publisher);
            new PublisherMeterBinder(publisher).bindTo(registry);
            return start(config, registry, gate, new PublishingRecorder(publisher), opened);
        } catch (Exception e) {
            closeAll(opened);
            throw new GateServerException(
                    "the gate did not start on " + config.http().host() + ":"
                            + config.http().port() + ": " + e.getMessage(),
                    e);
        }
    }

    /**
     * Starts one on a gate that is there.
     *
     * @param opened what is closed after the server, in this order
     */
    static GateServer start(
            GateServerConfig config, MeterRegistry registry, Gate gate, Recorder recorder, List<AutoCloseable> opened)
            throws Exception {
        CallerSource callers = callers(config);
        opened.addFirst(callers);
        // Bodies are not read, so no token holds any memory.
        Tokens tokens = new Tokens(config.tokens(), new Budget(1), 1, InstantSource.system());
        CheckEndpoint endpoint = new CheckEndpoint(
                new CheckReader(callers, config.endpoints(), config.defaults(), config.noAccount()),
                new Checks(gate, recorder),
                config.headers(),
                tokens,
                new GateServerMetrics(registry, callers));
        HttpServer server = HttpServer.start(
                "gate",
                config.http(),
                new Routes().any(CheckEndpoint.PATH + "/**", endpoint),
                () -> gate.ready() ? Readiness.State.READY : LIMITS_UNKNOWN,
                RequestListener.NONE,
                CorsConfig.NONE);
        opened.addFirst(server);
        GateServer started = new GateServer(server, tokens, gate, opened);
        log.info("gate started: address={} config={}", started.address(), new TreeMap<>(config.effective()));
        return started;
    }

    private static CallerSource callers(GateServerConfig config) {
        Path keyFile = config.keyFile();
        if (config.accountFrom() == AccountFrom.KEY && keyFile != null) {
            return new KeyCallers(config.keyHeader(), WatchedFile.of(keyFile, KeyTable::parse));
        }
        return new HeaderCallers(
                config.headers().account(),
                config.headers().project(),
                config.headers().apiKey());
    }

    /**
     * Begins to follow the topics and waits until everything that they hold has been read, at most for
     * {@code gate.start-timeout}; it goes on in the background.
     *
     * @return whether it has read everything
     */
    public boolean awaitLimits() throws InterruptedException {
        boolean known = gate.start();
        if (!known) {
            log.warn("the limits are not known yet; until they are, gate.start-policy answers");
        }
        return known;
    }

    /** Base URL, without a slash at the end. */
    public URI address() {
        return server.address();
    }

    /** Whether the limits are known and it is not closing. */
    public boolean isReady() {
        return server.isReady();
    }

    /** Whether it has stopped. */
    public boolean isStopped() {
        return server.isStopped();
    }

    /**
     * From now on these may ask and no others.
     *
     * @throws IllegalArgumentException if there are none, or anyone may ask: that is changed by a restart only
     */
    public void replaceTokens(List<AccessToken> replacement) {
        tokens.replace(replacement);
        log.info(
                "tokens replaced: names={}",
                replacement.stream().map(AccessToken::name).toList());
    }

    /** Waits until somebody closes it. */
    public void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    /**
     * Stops accepting, answers the requests under way within {@code gate-server.drain-timeout}, waits for Kafka to have
     * the events of calls within {@code publisher.close-timeout}, and stops. Closing twice does nothing.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            closeAll(closedInOrder);
            log.info("gate stopped");
        }
    }

    private static void closeAll(List<AutoCloseable> parts) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                log.warn("closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
