package dev.tollgate.faults.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A way over the network between roles and one server: a TCP proxy on a loopback port that can cut, delay or lose what
 * goes through it.
 */
public final class Link implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int CONNECT_MILLIS = 2_000;
    private static final long DELAY_NANOS = 300_000_000;

    /** What the network does. */
    public enum Weather {
        /** Everything arrives. */
        CLEAR,
        /** Connections break, and no new one comes about. */
        CUT,
        /** Every chunk takes 300 ms longer, both ways. */
        SLOW,
        /** Requests arrive, answers do not: the connection breaks instead, as soon as there is one. */
        ANSWERS_LOST
    }

    private final String name;
    private final ServerSocket listener;
    private final int targetPort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong lostAnswers = new AtomicLong();
    private volatile Weather weather = Weather.CLEAR;

    /** @param targetPort of the server on the loopback address, which need not be there yet */
    public Link(String name, int targetPort) {
        this.name = name;
        this.targetPort = targetPort;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    public String name() {
        return name;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many answers were lost so far. */
    public long lostAnswers() {
        return lostAnswers.get();
    }

    public void become(Weather now) {
        weather = now;
        if (now == Weather.CUT) {
            sockets.forEach(Link::closeQuietly);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                daemon(() -> connect(client));
            } catch (IOException e) {
                // Closed, or a client that was gone at once.
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        sockets.add(server);
        try {
            if (weather == Weather.CUT) {
                throw new IOException("cut");
            }
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort), CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            end(client, server);
            return;
        }
        daemon(() -> pump(client, server, false));
        daemon(() -> pump(server, client, true));
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count;
            while ((count = in.read(buffer)) >= 0) {
                switch (weather) {
                    case CLEAR -> {}
                    case SLOW -> LockSupport.parkNanos(DELAY_NANOS);
                    case CUT -> {
                        return;
                    }
                    case ANSWERS_LOST -> {
                        if (answers) {
                            lostAnswers.incrementAndGet();
                            return;
                        }
                    }
                }
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // One side is gone; the other one is closed with it.
        } finally {
            end(from, to);
        }
    }

    private void end(Socket one, Socket other) {
        closeQuietly(one);
        closeQuietly(other);
        sockets.remove(one);
        sockets.remove(other);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no more use in any case.
        }
    }

    private void daemon(Runnable work) {
        Thread.ofVirtual().name("link-" + name).start(work);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(Link::closeQuietly);
    }
}
