package dev.tollgate.embedded.process;

import dev.tollgate.embedded.StackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server of the stack on a loopback port, in a process of its own that prints its port when it is ready. */
public abstract class ChildServer implements AutoCloseable {
    private final ChildJvm child;
    private final int port;

    /** @param child whose ready line has the port as its first group */
    protected ChildServer(ChildJvm child) {
        this.child = child;
        this.port = Integer.parseInt(child.readyLine().group(1));
    }

    /** The port that it listens on. */
    public final int port() {
        return port;
    }

    /** The id of its process. */
    public final long pid() {
        return child.pid();
    }

    /** Ends it at once, as a crash would. */
    public final void kill() throws InterruptedException {
        child.kill();
    }

    @Override
    public final void close() {
        child.close();
    }

    protected final ChildJvm child() {
        return child;
    }

    /**
     * Checks a port before the process is started, whose own message would be harder to read.
     *
     * @param name of the server, for the message
     * @param port 1 to 65535, or 0 for any
     * @throws StackException if another process listens there
     */
    protected static void requireFree(String name, int port) {
        if (port != 0 && !LoopbackPort.isFree(port)) {
            throw new StackException(name + " needs port " + port + " on " + LoopbackPort.HOST
                    + ", but another process listens there: stop it or choose another port");
        }
    }

    /**
     * Creates a folder, and those that it is in, where they are missing.
     *
     * @param name of the server, for the message
     * @throws StackException if that fails
     */
    protected static Path createFolder(String name, Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StackException("the folder of " + name + " cannot be created: " + folder, e);
        }
    }

    /** Milliseconds since a moment of {@link System#nanoTime}. */
    protected static long millisSince(long startedAtNanos) {
        return (System.nanoTime() - startedAtNanos) / 1_000_000;
    }
}
