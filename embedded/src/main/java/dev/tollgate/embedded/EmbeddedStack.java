package dev.tollgate.embedded;

import dev.tollgate.embedded.clickhouse.EmbeddedClickHouse;
import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.ChildServer;
import dev.tollgate.embedded.process.StartSecret;
import dev.tollgate.embedded.registry.EmbeddedRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole stack on this machine: a Kafka node in this JVM, a schema registry and a ClickHouse engine as child
 * processes, all of them the real software, all of them on 127.0.0.1 only.
 *
 * <p>ClickHouse answers whoever knows the password of this start, which is part of {@link #clickHouseUrl}; Kafka and
 * the registry answer every program of this machine, and nothing answers a web page. The folder is its user's alone.
 *
 * <p>The children end when this process does, however it ends; an orderly end of the process closes the stack by
 * itself. Data, logs ({@code logs/}) and ports are kept in one folder, so that a later stack in it goes on where this
 * one stopped. Safe for use by several threads.
 *
 * <pre>{@code
 * try (EmbeddedStack stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral())) {
 *     properties.put("bootstrap.servers", stack.bootstrapServers());
 *     ...
 * }
 * }</pre>
 */
public final class EmbeddedStack implements Stack {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedStack.class);

    private final EmbeddedStackOptions options;
    private final PinnedSoftware software;
    private final DataFolder folder;
    private final DataFolder.ChosenPorts ports;
    private final StartSecret secret = StartSecret.random();
    private final Map<Part, PartSlot> slots = new EnumMap<>(Part.class);
    private volatile Runnable beforeExit = () -> {};
    private final Thread closeAtExit = new Thread(this::cancelAndClose, "embedded-stack-close");

    /**
     * Starts that wait for downloads or child processes and may be interrupted; Kafka's takes seconds and is left
     * alone.
     */
    private final List<Future<?>> cancellable = new CopyOnWriteArrayList<>();

    private EmbeddedStack(EmbeddedStackOptions options, DataFolder folder) {
        this.options = options;
        this.folder = folder;
        this.software = new PinnedSoftware(options.software(), options.progress());
        this.ports = folder.choosePorts(options.ports());
        for (Part part : Part.values()) {
            slots.put(part, new PartSlot(part, () -> run(part), options.progress()));
        }
    }

    /**
     * Starts the parts that the options name, at the same time, and returns when all of them answer. What the cache
     * lacks is fetched first: about 340 MB, once per user.
     *
     * @throws StackException if one of them cannot be fetched or started; the others are stopped again
     */
    public static EmbeddedStack start(EmbeddedStackOptions options) {
        long startedAt = System.nanoTime();
        DataFolder folder = DataFolder.open(options.folder());
        EmbeddedStack stack;
        try {
            stack = new EmbeddedStack(options, folder);
        } catch (StackException e) {
            folder.close();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(stack.closeAtExit);
        try {
            stack.inParallel(stack.embeddedParts(), PartSlot::start, true);
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
        log.info("stack is up: folder={} millis={}", folder.path(), (System.nanoTime() - startedAt) / 1_000_000);
        return stack;
    }

    /** @throws IllegalStateException if Kafka was left out */
    @Override
    public String bootstrapServers() {
        return slot(Part.KAFKA).address();
    }

    /** @throws IllegalStateException if the registry was left out */
    @Override
    public String registryUrl() {
        return slot(Part.REGISTRY).address();
    }

    /** @throws IllegalStateException if ClickHouse was left out */
    @Override
    public String clickHouseUrl() {
        String configured = options.clickHouseUrl();
        return configured == null ? slot(Part.CLICKHOUSE).address() : configured;
    }

    /**
     * Whether a stack is up in a folder, in whatever process.
     *
     * @param folder that was given to {@link EmbeddedStackOptions#lastingIn}; may be missing
     */
    public static boolean isUpIn(Path folder) {
        return DataFolder.isHeld(folder);
    }

    /** The folder of data and logs. */
    public Path folder() {
        return folder.path();
    }

    /** Starts a part that was stopped, at the same address and with the same data. Does nothing if it runs. */
    public void start(Part part) {
        slot(part).start();
    }

    /** Stops one part in order; nothing listens on its ports then. Does nothing if it does not run. */
    public void stop(Part part) {
        slot(part).stop();
    }

    /**
     * Ends one part as a crash would.
     *
     * @throws UnsupportedOperationException for Kafka, which cannot be killed without this process
     */
    public void kill(Part part) throws InterruptedException {
        slot(part).kill();
    }

    /**
     * Id of the process that a part runs in: this one's for Kafka.
     *
     * @throws IllegalStateException if the part does not run
     */
    public long pid(Part part) {
        return slot(part).pid();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(closeAtExit);
        } catch (IllegalStateException e) {
            log.debug("the process is ending and closes the stack itself", e);
        }
        closeEverything();
    }

    /**
     * What the end of the process waits for before it stops the stack: shutdown hooks run at the same time, so that
     * whoever still has to drain into the stack says so here instead of with a hook of its own. The last call counts.
     */
    public void beforeExit(Runnable action) {
        beforeExit = action;
    }

    private void cancelAndClose() {
        cancelStarts();
        try {
            beforeExit.run();
        } catch (RuntimeException e) {
            log.warn("what was to be done before the stack stops failed", e);
        }
        closeEverything();
    }

    private void cancelStarts() {
        cancellable.forEach(start -> start.cancel(true));
    }

    private void closeEverything() {
        try {
            inParallel(slots.keySet(), PartSlot::close, false);
        } catch (RuntimeException e) {
            log.warn("stack did not stop cleanly: folder={}", folder.path(), e);
        } finally {
            folder.close();
        }
    }

    private Set<Part> embeddedParts() {
        Set<Part> parts = EnumSet.copyOf(options.parts());
        if (options.clickHouseUrl() != null) {
            parts.remove(Part.CLICKHOUSE);
        }
        return parts;
    }

    private PartSlot slot(Part part) {
        return Objects.requireNonNull(slots.get(part), "every part has a slot");
    }

    private PartSlot.Running run(Part part) {
        return switch (part) {
            case KAFKA ->
                new RunningKafka(EmbeddedKafka.start(folder.of(part), ports.kafka(), ports.kafkaController()));
            case REGISTRY -> {
                EmbeddedRegistry registry = EmbeddedRegistry.start(
                        software.registry(), folder.of(part), ports.registry(), folder.logOf(part), secret);
                yield new RunningServer(registry, registry.url());
            }
            case CLICKHOUSE -> {
                EmbeddedClickHouse clickHouse = EmbeddedClickHouse.start(
                        software.chdbLibrary(), folder.of(part), ports.clickHouse(), folder.logOf(part), secret);
                yield new RunningServer(clickHouse, clickHouse.jdbcUrl());
            }
        };
    }

    /**
     * Does the same with several parts at once. The first failure cancels what may be cancelled, and carries later
     * failures.
     */
    private void inParallel(Collection<Part> parts, Consumer<PartSlot> action, boolean mayCancel) {
        List<Throwable> failures = new ArrayList<>();
        boolean cancelled = false;
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("embedded-stack-", 0).factory())) {
            ExecutorCompletionService<Part> completed = new ExecutorCompletionService<>(threads);
            for (Part part : parts) {
                Future<Part> future = completed.submit(() -> action.accept(slot(part)), part);
                if (mayCancel && part != Part.KAFKA) {
                    cancellable.add(future);
                }
            }
            for (int i = 0; i < parts.size(); i++) {
                try {
                    completed.take().get();
                } catch (ExecutionException e) {
                    failures.add(e.getCause() == null ? e : e.getCause());
                    cancelStarts();
                } catch (CancellationException e) {
                    cancelled = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the stack was starting or stopping", e);
        } finally {
            cancellable.clear();
        }
        if (!failures.isEmpty()) {
            Throwable first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first instanceof RuntimeException unchecked
                    ? unchecked
                    : new StackException("a part of the stack failed: " + first, first);
        }
        if (cancelled) {
            throw new StackException("the process ends while the stack is starting");
        }
    }

    private record RunningKafka(EmbeddedKafka kafka) implements PartSlot.Running {
        @Override
        public String address() {
            return kafka.bootstrapServers();
        }

        @Override
        public void stop() {
            kafka.close();
        }

        @Override
        public void kill() {
            throw new UnsupportedOperationException("Kafka runs in this process and cannot be killed alone");
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }
    }

    /** @param address for clients */
    private record RunningServer(ChildServer server, String address) implements PartSlot.Running {
        @Override
        public void stop() {
            server.close();
        }

        @Override
        public void kill() throws InterruptedException {
            server.kill();
        }

        @Override
        public long pid() {
            return server.pid();
        }
    }
}
