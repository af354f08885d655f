package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.nio.file.Path;

/** Broker and registry that the runs of {@link Backlog} share. */
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

    @Override
    public void close() {
        stack.close();
    }
}
