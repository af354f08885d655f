package dev.tollgate.cli.operate;

import dev.tollgate.gateway.Gateway;
import dev.tollgate.gateway.GatewayConfig;
import picocli.CommandLine.Command;

/** {@code tollgate gateway}: request events over HTTP. */
@Command(
        name = "gateway",
        description = {
            "Take request events over HTTP, from any language, and answer when Kafka has them.",
            "",
            "POST /v1/events takes plain JSON (one event, an array, or a line each) and CloudEvents 1.0, and answers"
                    + " with a result for each event. The contract is served under /openapi.yaml; /health/ready says"
                    + " whether events can be published. Metrics are on an address of their own, metrics.listen.",
            "",
            "It starts without Kafka and answers 503 while Kafka or the registry is away. Run as many as you like"
                + " behind a load balancer. Ctrl-C or SIGTERM stops accepting, answers what is under way, and stops."
        },
        footer = {
            "",
            "Who may publish: make a token with 'tollgate gateway hash-token --new NAME' and put the line that it"
                    + " prints into the configuration, or set gateway.anonymous=true where only friends can reach the"
                    + " port.",
            "",
            "Example:",
            "  tollgate gateway --config tollgate.properties --set gateway.host=0.0.0.0",
            "  curl http://localhost:8480/v1/events -H 'Authorization: Bearer TOKEN' \\",
            "       -H 'Content-Type: application/json' \\",
            "       -d '{\"event_id\": \"1\", \"account_id\": \"acme\", \"endpoint\": \"/v2/mem-it\"}'",
            "",
            "A token that is taken out of the configuration file, or added, counts without a restart.",
            "",
            "'tollgate config' lists the gateway's keys; docs/gateway.md describes formats and answers."
        },
        subcommands = HashTokenCommand.class,
        mixinStandardHelpOptions = true)
public final class GatewayCommand extends ServerCommand<GatewayConfig, Gateway> {
    /** Called by picocli. */
    public GatewayCommand() {
        super("gateway", GatewayConfig::from, Gateway::start);
    }
}
