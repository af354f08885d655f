package dev.tollgate.cli.config;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options by which every command that talks to a cluster finds it. */
public final class ConfigOptions {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // Set by picocli before the command runs.
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration file, YAML or properties. Also TOLLGATE_CONFIG.")
    private @Nullable Path file;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "Set one configuration key; repeatable. 'tollgate config' lists the keys.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT,..", description = "Kafka; kafka.bootstrap-servers.")
    private @Nullable String bootstrapServers;

    @Option(names = "--registry-url", paramLabel = "URL", description = "Schema registry; registry.url.")
    private @Nullable String registryUrl;

    /**
     * The merged configuration. Where neither file, environment nor flags name a cluster, the stack of a running
     * {@code tollgate up} on this machine is used, and said so on standard error.
     */
    public Map<String, String> values() {
        return configuration().values();
    }

    /** The configuration file that was named, by option or environment; null for none. */
    public @Nullable Path file() {
        String named = System.getenv("TOLLGATE_CONFIG");
        return file != null || named == null ? file : Path.of(named);
    }

    /** The same, with the origin of each value. */
    public Configuration configuration() {
        Map<String, String> flags = new LinkedHashMap<>(set);
        if (bootstrapServers != null) {
            flags.put("kafka.bootstrap-servers", bootstrapServers);
        }
        if (registryUrl != null) {
            flags.put("registry.url", registryUrl);
        }
        Map<String, String> environment = System.getenv();
        Path chosen = file();
        if (chosen != null && Files.isRegularFile(chosen) && LocalStack.isLeftBehind(chosen)) {
            throw new CommandFailure("the stack of 'tollgate up' that wrote " + chosen
                    + " is not up any more, and its ports may be somebody else's: start it again");
        }
        Configuration merged = ConfigSources.merge(chosen, environment, flags);
        if (chosen == null && !merged.names(ClusterConfig.BOOTSTRAP_SERVERS)) {
            Path local = LocalStack.configFile(LocalStack.defaultFolder());
            if (Files.exists(local) && LocalStack.isLeftBehind(local)) {
                spec.commandLine()
                        .getErr()
                        .println("tollgate: the stack of 'tollgate up' is not up any more; what it left is ignored ("
                                + local + ")");
            } else if (Files.exists(local)) {
                spec.commandLine().getErr().println("tollgate: using the local stack of 'tollgate up' (" + local + ")");
                return ConfigSources.merge(local, environment, flags);
            }
        }
        return merged;
    }

    /**
     * How old a request event may be.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException if the setting is none
     */
    public MaxEventAge maxEventAge() {
        return ofEvents(MaxEventAge::read);
    }

    /**
     * How far ahead a request event may lie.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException if the setting is none
     */
    public MaxEventAhead maxEventAhead() {
        return ofEvents(MaxEventAhead::read);
    }

    private <T> T ofEvents(Function<SettingsReader, T> read) {
        SettingsReader settings = new SettingsReader(values(), List.of(MaxEventAge.SETTINGS));
        T setting = read.apply(settings);
        settings.rejectUnknown();
        settings.throwIfProblems();
        return setting;
    }

    /**
     * Kafka, registry and topics.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException listing every problem
     */
    public KafkaAccess kafka() {
        SettingsReader settings = new SettingsReader(values(), KafkaAccess.SETTINGS);
        KafkaAccess access = KafkaAccess.from(settings);
        settings.rejectUnknown();
        settings.throwIfProblems();
        return access;
    }
}
