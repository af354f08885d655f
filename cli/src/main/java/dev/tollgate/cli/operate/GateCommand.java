package dev.tollgate.cli.operate;

import dev.tollgate.gateserver.GateServer;
import dev.tollgate.gateserver.GateServerConfig;
import picocli.CommandLine.Command;

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
            "Who may ask: make a token with 'tollgate gate hash-token --new NAME' and put the line that it prints into"
                    + " the configuration; without tokens anyone may ask who reaches the port.",
            "",
            "Example:",
            "  tollgate gate --config tollgate.properties",
            "  curl -i 'http://localhost:8490/v1/check?dry_run=true' -H 'X-Account-Id: acme' \\",
            "       -H 'X-Forwarded-Method: POST' -H 'X-Forwarded-Uri: /v2/mem-it'",
            "",
            "'tollgate config gateserver' lists the keys; docs/gateways.md has a file for each proxy."
        },
        subcommands = HashTokenCommand.class,
        mixinStandardHelpOptions = true)
public final class GateCommand extends ServerCommand<GateServerConfig, GateServer> {
    /** Called by picocli. */
    public GateCommand() {
        super("gate-server", GateServerConfig::from, GateServer::start);
    }

    @Override
    void onListening(GateServer gate) throws InterruptedException {
        var unused = gate.awaitLimits();
    }
}
