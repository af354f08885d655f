package dev.tollgate.cli.operate;

import dev.tollgate.api.Api;
import dev.tollgate.api.ApiConfig;
import picocli.CommandLine.Command;

/** {@code tollgate api}: usage over HTTP. */
@Command(
        name = "api",
        description = {
            "Answer questions about usage over HTTP, out of ClickHouse.",
            "",
            "GET /v1/usage says what was used, by account, project, key, endpoint and time, in any time zone, as JSON,"
                    + " CSV or NDJSON. The contract is served under /openapi.yaml; /health/ready says whether questions"
                    + " can be answered. Metrics are on an address of their own, metrics.listen.",
            "",
            "The console is served under /console/: pages for a browser that ask the same API, with a token that its"
                    + " user types in.",
            "",
            "Where kafka.bootstrap-servers is set, the limits of an account are those that gates decide from, kept in"
                    + " memory (api.max-snapshots); until they are read, and without Kafka, they come from ClickHouse.",
            "",
            "It starts without ClickHouse and answers 503 while that is away. Run as many as you like behind a load"
                    + " balancer. Ctrl-C or SIGTERM stops accepting, answers what is under way, and stops."
        },
        footer = {
            "",
            "Who may read: make a token with 'tollgate api hash-token --new NAME' and put the line that it prints into"
                    + " the configuration; with --accounts it sees these accounts and no others.",
            "",
            "Example:",
            "  tollgate api --config tollgate.properties",
            "  curl 'http://localhost:8470/v1/usage?account=acme&period=-7d&window=P1D' \\",
            "       -H 'Authorization: Bearer TOKEN'",
            "",
            "'tollgate config' lists the API's keys; docs/api.md describes questions and answers,"
                    + " docs/console.md the pages."
        },
        subcommands = HashTokenCommand.class,
        mixinStandardHelpOptions = true)
public final class ApiCommand extends ServerCommand<ApiConfig, Api> {
    /** Called by picocli. */
    public ApiCommand() {
        super("api", ApiConfig::from, Api::start);
    }
}
