package dev.tollgate.embedded.process;

import dev.tollgate.embedded.StackException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports on 127.0.0.1. */
public final class LoopbackPort {
    /** The only address that the stack listens on. */
    public static final String HOST = "127.0.0.1";

    private LoopbackPort() {}

    /**
     * A port that was free a moment ago. The system hands such ports out in turn, so that it is unlikely, though
     * possible, that another process takes it before its user binds it.
     */
    public static int free() {
        try (ServerSocket socket = bind(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StackException("no free port on " + HOST + ": " + e.getMessage(), e);
        }
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
