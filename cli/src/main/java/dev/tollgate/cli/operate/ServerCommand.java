package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.logging.LogOptions;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.http.service.HttpService;
import dev.tollgate.http.service.HttpServiceConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A role around an HTTP server: says where it listens, and reads its tokens again when the configuration file has
 * changed.
 */
abstract class ServerCommand<C extends HttpServiceConfig, S extends HttpService> implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    private final String keys;
    private final Function<Map<String, String>, C> reader;
    private final BiFunction<C, MeterRegistry, S> start;

    /**
     * A role of the command's name.
     *
     * @param keys first word of its configuration keys: {@code gate-server}
     * @param reader reads its configuration
     * @param start starts its server
     */
    ServerCommand(String keys, Function<Map<String, String>, C> reader, BiFunction<C, MeterRegistry, S> start) {
        this.keys = keys;
        this.reader = reader;
        this.start = start;
    }

    /** What the keys of its tokens begin with: {@code gate-server.tokens.}. */
    final String tokenPrefix() {
        return keys + ".tokens.";
    }

    /** Called once when the server listens and its address is printed, before the role counts as running. */
    void onListening(S server) throws Exception {}

    @Override
    public final Integer call() throws Exception {
        C serverConfig = reader.apply(config.values());
        String name = spec.name();
        return RoleRunner.run(name, serverConfig.metrics(), registry -> {
            S server = start.apply(serverConfig, registry);
            @Nullable TokenReload tokens = tokenReload(serverConfig, server);
            PrintWriter out = spec.commandLine().getOut();
            out.println(name + " listens on " + server.address());
            out.flush();
            onListening(server);
            return new ServerRole(server, tokens);
        });
    }

    /** Null where there is no file that could change, or nobody needs a token: that is changed by a restart only. */
    private @Nullable TokenReload tokenReload(C serverConfig, S server) throws IOException {
        Path file = config.file();
        return file == null || serverConfig.tokens().isEmpty()
                ? null
                : TokenReload.of(
                        file,
                        () -> server.replaceTokens(reader.apply(config.values()).tokens()));
    }

    private record ServerRole(HttpService server, @Nullable TokenReload tokens) implements RoleRunner.Role {
        @Override
        public void awaitTermination() throws InterruptedException {
            server.awaitTermination();
        }

        @Override
        public ProcessHealth.State state() {
            return ProcessHealth.State.of(server.isStopped(), server.isReady());
        }

        @Override
        public void close() {
            if (tokens != null) {
                tokens.close();
            }
            server.close();
        }
    }
}
