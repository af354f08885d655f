package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.logging.LogOptions;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.gateserver.GateServer;
import dev.tollgate.gateserver.GateServerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tollgate gate}: the gate as a process, for proxies. */
@Command(
        name = "gate",
        description = {
            "Tell proxies whether a call may go ahead, and publish its event: a service is limited and counted without"
                    + " code of its own.",
            "",
            "nginx, Caddy, HAProxy, Traefik, APISIX and Envoy ask /v1/check before each call; the answer is 200, or"
                + " 429, 422, 403 or 503 with a problem, and has the rate limit headers. Everything is in memory: no"
                + " check waits for Kafka.",
            "",
            "It starts without Kafka and answers by gate.start-policy until it has read the topics. Run one beside each"
                    + " proxy. Ctrl-C or SIGTERM stops accepting, answers what is under way, publishes what is in"
                    + " memory, and stops."
        },
        footer = {
            "",
            "Example:",
            "  tollgate gate --config tollgate.properties",
            "  curl -i 'http://localhost:8490/v1/check?dry_run=true' -H 'X-Account-Id: acme' \\",
            "       -H 'X-Forwarded-Method: POST' -H 'X-Forwarded-Uri: /v2/mem-it'",
            "",
            "'tollgate config gateserver' lists the keys; docs/gateways.md has a file for each proxy."
        },
        mixinStandardHelpOptions = true)
public final class GateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    @Override
    public Integer call() throws Exception {
        GateServerConfig gateConfig = GateServerConfig.from(config.values());
        return RoleRunner.run("gate", gateConfig.metrics(), registry -> {
            GateServer gate = GateServer.start(gateConfig, registry);
            Path file = config.file();
            TokenReload tokens = file == null || gateConfig.tokens().isEmpty()
                    ? null
                    : TokenReload.of(
                            file,
                            () -> gate.replaceTokens(
                                    GateServerConfig.from(config.values()).tokens()));
            PrintWriter out = spec.commandLine().getOut();
            out.println("gate listens on " + gate.address());
            out.flush();
            var unused = gate.awaitLimits();
            return new RoleRunner.Role() {
                @Override
                public void awaitTermination() throws InterruptedException {
                    gate.awaitTermination();
                }

                @Override
                public ProcessHealth.State state() {
                    return ProcessHealth.State.of(gate.isStopped(), gate.isReady());
                }

                @Override
                public void close() {
                    if (tokens != null) {
                        tokens.close();
                    }
                    gate.close();
                }
            };
        });
    }
}
