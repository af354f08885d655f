package dev.tollgate.faults.cluster;

import dev.tollgate.faults.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server that is a child process of ours. Each start has a log of its own. */
final class ChildServer implements Server {
    private static final Duration ORDERLY_STOP = Duration.ofSeconds(60);

    private final String name;
    private final boolean role;
    private final Child.Program program;
    private final Path folder;
    private final Path logs;
    private @Nullable Child child;
    private int starts;

    /** @param folder its working folder, which is its local state as well */
    ChildServer(String name, boolean role, Child.Program program, Path folder, Path logs) {
        this.name = name;
        this.role = role;
        this.program = program;
        this.folder = folder;
        this.logs = logs;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isRole() {
        return role;
    }

    @Override
    public synchronized void start() {
        if (child == null || !child.isAlive()) {
            starts++;
            child = Child.start(program, folder, log());
        }
    }

    @Override
    public synchronized void kill() throws InterruptedException {
        running().kill();
    }

    @Override
    public void stop() throws InterruptedException {
        Child stopping;
        synchronized (this) {
            stopping = running();
        }
        stopping.askToEnd();
        if (!stopping.awaitEnd(ORDERLY_STOP)) {
            throw new IllegalStateException(name + " did not stop within " + ORDERLY_STOP);
        }
    }

    @Override
    public synchronized boolean hasLogged(String text) {
        try (Stream<String> lines = Files.lines(log())) {
            return lines.anyMatch(line -> line.contains(text));
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalStateException("the log of " + name + " cannot be read", e);
        }
    }

    private Path log() {
        return logs.resolve("%s.%03d.log".formatted(name, starts));
    }

    @Override
    public synchronized long pid() {
        return running().pid();
    }

    @Override
    public synchronized boolean isAlive() {
        return child != null && child.isAlive();
    }

    @Override
    public synchronized void emptyState() {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs");
        }
        if (!role) {
            throw new UnsupportedOperationException("the state of " + name + " is the truth");
        }
        Folders.delete(folder);
    }

    private Child running() {
        return Objects.requireNonNull(child, () -> name + " was never started");
    }
}
