package dev.tollgate.cli.operate;

import dev.tollgate.api.Api;
import dev.tollgate.api.ApiConfig;
import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.logging.LogOptions;
import dev.tollgate.cli.metrics.ProcessHealth;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

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
            "'tollgate config' lists the API's keys; docs/api.md describes questions and answers."
        },
        subcommands = HashTokenCommand.class,
        mixinStandardHelpOptions = true)
public final class ApiCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    @Override
    public Integer call() throws Exception {
        ApiConfig apiConfig = ApiConfig.from(config.values());
        return RoleRunner.run("api", apiConfig.metrics(), registry -> {
            Api api = Api.start(apiConfig, registry);
            Path file = config.file();
            TokenReload tokens = file == null
                    ? null
                    : TokenReload.of(
                            file,
                            () -> api.replaceTokens(
                                    ApiConfig.from(config.values()).tokens()));
            PrintWriter out = spec.commandLine().getOut();
            out.println("api listens on " + api.address());
            out.flush();
            return new RoleRunner.Role() {
                @Override
                public void awaitTermination() throws InterruptedException {
                    api.awaitTermination();
                }

                @Override
                public ProcessHealth.State state() {
                    return ProcessHealth.State.of(api.isStopped(), api.isReady());
                }

                @Override
                public void close() {
                    if (tokens != null) {
                        tokens.close();
                    }
                    api.close();
                }
            };
        });
    }
}
