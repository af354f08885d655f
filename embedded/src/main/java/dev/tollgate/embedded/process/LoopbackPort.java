package dev.tollgate.embedded.process;

import dev.tollgate.embedded.StackException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** TCP ports on 127.0.0.1. */
public final class LoopbackPort {
    /** The only address that the stack listens on. */
    public static final String HOST = "127.0.0.1";

    private static final int FIRST = 20_000;
    private static final int COUNT = 12_768;

    /** Processes that start one after the other are this many ports apart. */
    private static final int APART = 97;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * APART % COUNT));

    private LoopbackPort() {}

    /**
     * A port that is free now, 20,000 to 32,767. No two calls in this process return the same one until all have been
     * handed out. The system gives ports from 32,768 on to outgoing connections and to servers that ask for any, so
     * neither takes this port before its user binds it. Another process that calls this method begins elsewhere.
     *
     * @throws StackException if none of them is free
     */
    public static int free() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port)) {
                return port;
            }
        }
        throw new StackException("no free port on " + HOST + " from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    /** Whether a server could bind {@code port} (1 to 65535) now. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = bind(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            // Like the servers that will bind it: a port whose last connections are in TIME_WAIT counts as free.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port), 1);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
