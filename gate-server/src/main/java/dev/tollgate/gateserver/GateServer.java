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
import dev.tollgate.http.service.HttpService;
import dev.tollgate.http.service.OpenParts;
import dev.tollgate.http.token.Tokens;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.micrometer.PublisherMeterBinder;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gate that proxies ask over HTTP. It starts without Kafka and the registry and answers by {@code gate.start-policy}
 * until it has read the topics. Its tokens are those who may ask; it drains within {@code gate-server.drain-timeout}
 * and waits for Kafka to have the events of calls within {@code publisher.close-timeout}.
 *
 * <pre>{@code
 * try (GateServer server = GateServer.start(GateServerConfig.from(settings), registry)) {
 *     server.awaitTermination();
 * }
 * }</pre>
 */
public final class GateServer extends HttpService {
    private static final Logger log = LoggerFactory.getLogger(GateServer.class);

    private static final Readiness.State LIMITS_UNKNOWN =
            Readiness.State.notReady("limits-unknown", "the topics have not been read to their ends yet");

    private final Gate gate;

    private GateServer(HttpServer server, Tokens tokens, OpenParts parts, Gate gate) {
        super(server, tokens, parts);
        this.gate = gate;
    }

    /**
     * Starts one. It listens at once; {@link #awaitLimits} waits until it knows the limits.
     *
     * @param registry gets the meters of the server, the gate and the publisher
     * @throws GateServerException if the address is taken, the key store or the file of keys unusable, or a client
     *     property rejected by Kafka
     */
    public static GateServer start(GateServerConfig config, MeterRegistry registry) {
        return open("the gate", config, parts -> assemble(config, registry, parts), GateServerException::new);
    }

    /** Starts one on a gate that is there, and is not closed with it. */
    static GateServer start(GateServerConfig config, MeterRegistry registry, Gate gate, Recorder recorder) {
        return open(
                "the gate",
                config,
                parts -> assemble(config, registry, gate, recorder, parts),
                GateServerException::new);
    }

    private static GateServer assemble(GateServerConfig config, MeterRegistry registry, OpenParts parts)
            throws Exception {
        Gate gate = parts.add(Gate.of(config.gate()));
        new GateMeterBinder(gate).bindTo(registry);
        RequestEventPublisher publisher = parts.add(RequestEventPublisher.start(config.publisher()));
        new PublisherMeterBinder(publisher).bindTo(registry);
        return assemble(config, registry, gate, new PublishingRecorder(publisher), parts);
    }

    private static GateServer assemble(
            GateServerConfig config, MeterRegistry registry, Gate gate, Recorder recorder, OpenParts parts)
            throws Exception {
        CallerSource callers = parts.add(callers(config));
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
        return new GateServer(server, tokens, parts, gate);
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
}
