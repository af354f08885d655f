package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.CommandGroup;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tollgate topics}. */
@Command(
        name = "topics",
        description = "Create and check the topics.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TopicsCommand.Apply.class, TopicsCommand.Check.class})
public final class TopicsCommand extends CommandGroup {

    @Command(
            name = "apply",
            description = {
                "Create missing topics, mend their configuration and register their schemas.",
                "Applying again changes nothing. Topics are never deleted or repartitioned."
            },
            mixinStandardHelpOptions = true)
    static final class Apply implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before run.
        private CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        @Override
        public void run() {
            KafkaAccess kafka = config.kafka();
            try (Admin admin = kafka.admin()) {
                TopicAdmin topics = new TopicAdmin(admin, kafka.layout());
                Map<Topic, TopicAdmin.Change> changes = topics.apply();
                Map<Topic, Integer> schemas = topics.registerSchemas(kafka.registryClient());
                print(kafka, changes, schemas);
            } catch (RegistryRejection e) {
                throw new CommandFailure("the schema registry rejected a schema: " + e.getMessage(), e);
            }
        }

        private void print(KafkaAccess kafka, Map<Topic, TopicAdmin.Change> changes, Map<Topic, Integer> schemas) {
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                changes.forEach((topic, change) -> all.put(
                        kafka.layout().name(topic),
                        Map.of("change", change.name(), "schemaId", schemas.getOrDefault(topic, -1))));
                out.println(Json.line(all));
                return;
            }
            changes.forEach((topic, change) -> out.printf(
                    Locale.ROOT,
                    "%-12s %-28s %2d partition(s)  schema id %d%n",
                    change.name().toLowerCase(Locale.ROOT),
                    kafka.layout().name(topic),
                    kafka.layout().partitions(topic),
                    schemas.get(topic)));
        }
    }

    @Command(
            name = "check",
            description = "Check that every topic exists with the configured number of partitions.",
            mixinStandardHelpOptions = true)
    static final class Check implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before run.
        private CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Override
        public void run() {
            KafkaAccess kafka = config.kafka();
            try (Admin admin = kafka.admin()) {
                new TopicAdmin(admin, kafka.layout()).check();
            }
            spec.commandLine().getOut().println("all topics are there");
        }
    }
}
