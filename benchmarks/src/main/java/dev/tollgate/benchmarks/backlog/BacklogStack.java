package dev.tollgate.benchmarks.backlog;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Broker and registry that all jobs share. */
final class BacklogStack implements AutoCloseable {
    static {
        AvroTypes.trust();
    }

    private final EmbeddedStack stack;
    private final SchemaRegistryClient registry;

    BacklogStack() {
        stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.KAFKA, Part.REGISTRY));
        registry = new SchemaRegistryClient(RegistryConfig.ofUrl(stack.registryUrl()));
    }

    String bootstrapServers() {
        return stack.bootstrapServers();
    }

    String registryUrl() {
        return stack.registryUrl();
    }

    SchemaRegistryClient registry() {
        return registry;
    }

    Path folder() {
        return stack.folder();
    }

    /** Makes a topic for a job's output. */
    void createTopic(String name, int partitions) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    @Override
    public void close() {
        stack.close();
    }
}
