package dev.tollgate.cli.local;

import dev.tollgate.cli.config.ConfigSources;
import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.config.LocalStack;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.cli.metrics.ProcessMetrics;
import dev.tollgate.cli.plans.ShippedPlans;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.gateway.Gateway;
import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.metrics.MetricsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tollgate up}: the stack that stays. */
@Command(
        name = "up",
        description = {
            "Start the whole pipeline on this machine and keep it up until Ctrl-C.",
            "",
            "Kafka, registry and ClickHouse keep their data in one folder, which nobody else may read, and come back"
                    + " with it. While it is up, the other commands find it by themselves: try 'tollgate tail"
                    + " limit-events' in a second terminal.",
            "",
            "Exit status 1 if a role ends by itself; the message says which, and why."
        },
        mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
    private static final int PARTITIONS = 4;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Where the data is kept. Default: $XDG_DATA_HOME/tollgate or ~/.local/share/tollgate.")
    private @Nullable Path data;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Default: any free port, kept over restarts.")
    private int kafkaPort;

    @Option(
            names = "--registry-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Default: any free port, kept over restarts.")
    private int registryPort;

    @Option(
            names = "--clickhouse-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Default: any free port, kept over restarts.")
    private int clickHousePort;

    @Option(
            names = "--gateway-port",
            paramLabel = "PORT",
            description = "Default: 8480, or any free port where that is taken.")
    private @Nullable Integer gatewayPort;

    @Option(
            names = "--api-port",
            paramLabel = "PORT",
            description = "Of the query API. Default: 8470, or any free port where that is taken.")
    private @Nullable Integer apiPort;

    @Option(
            names = "--plan",
            paramLabel = "PLANS",
            description =
                    "Plan catalog to apply at the start: a file, or the name of one that ships with Tollgate (mem,"
                            + " memos, memory-crystal, memories-ai). Default: mem.")
    private @Nullable String plan;

    @Option(
            names = "--metrics-listen",
            paramLabel = "HOST:PORT",
            description =
                    "Serve the metrics of all roles there, as Prometheus text under /metrics: 127.0.0.1:9464. The key"
                            + " is metrics.listen. Default: they are not served.")
    private @Nullable String metricsListen;

    @Override
    public Integer call() throws Exception {
        FullRelease.require("up");
        // First of all: an address that is taken is reported before anything else is started.
        try (ProcessMetrics metrics = ProcessMetrics.start(metricsConfig())) {
            return run(metrics);
        }
    }

    /** From the option, or else the environment. */
    private MetricsConfig metricsConfig() {
        String key = MetricsConfig.LISTEN.key();
        Map<String, String> flags = metricsListen == null ? Map.of() : Map.of(key, metricsListen);
        SettingsReader settings = new SettingsReader(
                ConfigSources.merge(null, System.getenv(), flags).values(), List.of(MetricsConfig.SETTINGS));
        MetricsConfig config = MetricsConfig.read(settings);
        settings.throwIfProblems();
        return config;
    }

    private int run(ProcessMetrics metrics) throws Exception {
        Path folder = (data == null ? LocalStack.defaultFolder() : data).toAbsolutePath();
        // Completed with nothing by the wish to stop, with its name by a role that ends.
        CompletableFuture<Optional<RoleWatch.Ended>> end = new CompletableFuture<>();
        CountDownLatch drained = new CountDownLatch(1);
        Path configFile = LocalStack.configFile(folder);
        if (!EmbeddedStack.isUpIn(folder)) {
            // What a stack left that was killed: its ports may be somebody else's by now.
            Files.deleteIfExists(configFile);
        }
        List<Plan> plans = ShippedPlans.read(plan);
        int status = CommandLine.ExitCode.OK;
        try (Progress progress = Progress.onStandardError()) {
            EmbeddedStackOptions options = EmbeddedStackOptions.lastingIn(folder)
                    .withPorts(new EmbeddedStackOptions.Ports(kafkaPort, registryPort, clickHousePort))
                    .withProgress(new StackProgress(progress));
            try (EmbeddedStack stack = EmbeddedStack.start(options)) {
                stack.beforeExit(() -> {
                    end.complete(Optional.empty());
                    awaitQuietly(drained);
                });
                try (LocalPipeline pipeline =
                                LocalPipeline.start(stack, folder, PARTITIONS, plans, metrics.registry());
                        Gateway gateway = startGateway(pipeline, metrics.registry());
                        LocalApi api = LocalApi.start(pipeline, metrics.registry(), apiPort)) {
                    RoleWatch watch = new RoleWatch();
                    pipeline.watchedBy(watch, metrics.health());
                    metrics.health()
                            .watch("gateway", () -> ProcessHealth.State.of(gateway.isStopped(), gateway.isReady()));
                    watch.watch("gateway", gateway::awaitTermination);
                    metrics.health().watch("api", () -> ProcessHealth.State.of(api.isStopped(), api.isReady()));
                    watch.watch("api", api::awaitTermination);
                    watch.watch("schema registry", stack.pid(Part.REGISTRY));
                    watch.watch("ClickHouse", stack.pid(Part.CLICKHOUSE));
                    watch.first().thenAccept(ended -> end.complete(Optional.of(ended)));
                    progress.end();
                    LocalStack.writeConfig(configFile, pipeline.configuration());
                    print(pipeline, gateway, api, metrics.address(), configFile);
                    Optional<RoleWatch.Ended> ended = end.get();
                    PrintWriter err = spec.commandLine().getErr();
                    ended.ifPresent(role -> err.println("tollgate: " + describe(role)));
                    err.println("tollgate: stopping");
                    err.flush();
                    status = ended.isPresent() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
                    // The servers are closed first: nobody is told that this is ready any more.
                } finally {
                    Files.deleteIfExists(configFile);
                    drained.countDown();
                }
            }
        }
        return status;
    }

    private static String describe(RoleWatch.Ended ended) {
        Throwable cause = ended.cause();
        return "the role '" + ended.role() + "' has ended"
                + (cause == null ? "" : ": " + CommandFailure.explain(cause));
    }

    /** On loopback like the rest of the stack, and as open as the rest of it to the users of this machine. */
    private Gateway startGateway(LocalPipeline pipeline, MeterRegistry registry) {
        return UsualPort.start(gatewayPort, GatewayConfig.DEFAULT_PORT, port -> startGateway(pipeline, registry, port));
    }

    private static Gateway startGateway(LocalPipeline pipeline, MeterRegistry registry, int port) {
        Map<String, String> configuration = new LinkedHashMap<>(pipeline.configuration());
        configuration.put("gateway.host", LoopbackPort.HOST);
        configuration.put("gateway.port", Integer.toString(port));
        configuration.put("gateway.anonymous", "true");
        return Gateway.start(GatewayConfig.from(configuration), registry);
    }

    private void print(LocalPipeline pipeline, Gateway gateway, LocalApi api, @Nullable URI metrics, Path configFile) {
        KafkaAccess kafka = pipeline.kafka();
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println("The stack is up.");
        out.println("  Kafka            " + kafka.bootstrapServers());
        out.println("  Schema registry  " + kafka.registry().urls().get(0));
        out.println("  ClickHouse       "
                + Secrets.maskedWithin(pipeline.clickHouse().url()));
        out.println("  HTTP gateway     " + gateway.address());
        out.println("  Query API        " + api.address() + " (until it stops: token " + api.token() + ")");
        api.console().ifPresent(pages -> out.println("  Console          " + pages + " (asks for that token)"));
        out.println("  Configuration    " + configFile + " (with the password of ClickHouse)");
        if (metrics != null) {
            out.println("  Metrics          " + metrics);
        }
        out.println();
        // Commands look in the preset folder by themselves.
        String where = data == null ? "" : " -c " + shellQuoted(configFile.toString());
        out.println("First steps, in a second terminal:");
        out.println("  ./tollgate accounts assign acme mem" + where + "             # put an account on a plan");
        out.println("  ./tollgate publish --account acme --endpoint /v2/mem-it --count 6" + where);
        out.println("  curl " + gateway.address() + "/v1/events -H 'Content-Type: application/json' \\");
        out.println(
                "       -d '{\"account_id\": \"acme\", \"endpoint\": \"/v2/mem-it\"}'   # the same from any language");
        out.println("  ./tollgate tail limit-events --from-beginning" + where + "   # the alert and the block");
        out.println("  ./tollgate sql query \"SELECT * FROM usage_by_account_day\"" + where);
        out.println("  curl '" + api.address() + "/v1/usage?period=-1d&group_by=account' \\");
        out.println("       -H 'Authorization: Bearer " + api.token() + "'");
        out.println();
        out.println("Ctrl-C stops it; the data stays.");
        out.flush();
    }

    /** As a shell takes it for one word. */
    private static String shellQuoted(String text) {
        return text.matches("[A-Za-z0-9_./:@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
