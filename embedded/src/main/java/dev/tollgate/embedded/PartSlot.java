package dev.tollgate.embedded;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One part of a stack, running or not. Starting and stopping exclude each other. */
final class PartSlot {
    private static final Logger log = LoggerFactory.getLogger(PartSlot.class);

    private final Part part;
    private final Supplier<Running> starter;
    private final StartListener progress;

    private @Nullable Running running;
    private boolean closed;
    /**
     * Kept when the part is stopped: it comes back at the same address. Volatile: asked for while the part starts or
     * stops.
     */
    private volatile @Nullable String address;

    PartSlot(Part part, Supplier<Running> starter, StartListener progress) {
        this.part = part;
        this.starter = starter;
        this.progress = progress;
    }

    /** @throws IllegalStateException if the part has never been started */
    String address() {
        String known = address;
        if (known == null) {
            throw new IllegalStateException(part.title() + " is not a part of this stack");
        }
        return known;
    }

    /** Starts the part unless it runs. */
    synchronized void start() {
        if (closed) {
            throw new IllegalStateException("the stack is closed");
        }
        if (running == null) {
            progress.update(StartListener.Phase.START, part.title(), 0, 1);
            Running started = starter.get();
            running = started;
            address = started.address();
            progress.update(StartListener.Phase.START, part.title(), 1, 1);
        }
    }

    /** Stops the part in order if it runs. */
    synchronized void stop() {
        if (running != null) {
            running.stop();
            running = null;
            log.info("{} stopped", part.title());
        }
    }

    /** Ends the part as a crash would if it runs. */
    synchronized void kill() throws InterruptedException {
        if (running != null) {
            running.kill();
            running = null;
            log.info("{} killed", part.title());
        }
    }

    /**
     * Id of the process that the part runs in.
     *
     * @throws IllegalStateException if it does not run
     */
    synchronized long pid() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException(part.title() + " does not run");
        }
        return now.pid();
    }

    /** Stops the part for good. */
    synchronized void close() {
        closed = true;
        stop();
    }

    /** A started part. */
    interface Running {
        String address();

        void stop();

        void kill() throws InterruptedException;

        long pid();
    }
}
