package dev.tollgate.testkit.stack;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Stack;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stack that the integration tests of one JVM share. It starts when the first test asks for it and stops when the
 * JVM ends, so tests tell their topics, subjects and databases apart by name, and never close it.
 */
public final class Stacks {
    /** The system property that chooses the stack: {@code embedded} (the default) or {@code containers}. */
    public static final String PROPERTY = "tollgate.stack";

    private static final Shared EMBEDDED = new Shared(() -> EmbeddedStack.start(EmbeddedStackOptions.ephemeral()));
    private static final Shared CONTAINERS = new Shared(Stacks::startContainers);

    private Stacks() {}

    /**
     * The stack that {@link #PROPERTY} chooses.
     *
     * @throws org.opentest4j.TestAbortedException if it is to run on containers and there is no Docker: the test is
     *     skipped
     */
    public static Stack forTests() {
        String chosen = System.getProperty(PROPERTY, "embedded");
        return switch (chosen) {
            case "embedded" -> embedded();
            case "containers" -> containers();
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + " must be 'embedded' or 'containers', was '" + chosen + "'");
        };
    }

    /** The embedded stack, in a temporary folder. */
    public static Stack embedded() {
        return EMBEDDED.get();
    }

    /** Official images; skips the test where there is no Docker. */
    public static Stack containers() {
        return CONTAINERS.get();
    }

    private static Stack startContainers() {
        ContainerStack.assumeDocker();
        ContainerStack stack = ContainerStack.start();
        Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "container-stack-close"));
        return stack;
    }

    /** Starts once; a failed start is not tried again by each further test. */
    private static final class Shared {
        private final Supplier<Stack> starter;
        private @Nullable Stack stack;
        private @Nullable RuntimeException failure;

        private Shared(Supplier<Stack> starter) {
            this.starter = starter;
        }

        private synchronized Stack get() {
            if (failure != null) {
                throw failure;
            }
            Stack started = stack;
            if (started == null) {
                try {
                    started = starter.get();
                    stack = started;
                } catch (RuntimeException e) {
                    failure = e;
                    throw e;
                }
            }
            return started;
        }
    }
}
