package dev.tollgate.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between a client and ClickHouse and loses the answers of inserts: the request arrives whole, the answer is
 * swallowed and the connection cut, as when a network fails at the worst moment.
 */
final class AnswerCuttingProxy implements AutoCloseable {
    private static final Pattern HOST_AND_PORT = Pattern.compile("//([^:/]+):(\\d+)");
    private static final Pattern INSERT = Pattern.compile("INSERT(\\+|%20| )INTO(\\+|%20| )");

    private final ServerSocket server;
    private final String upstreamUrl;
    private final String upstreamHost;
    private final int upstreamPort;
    private final AtomicInteger cutsLeft;
    private final AtomicInteger cuts = new AtomicInteger();

    AnswerCuttingProxy(String upstreamUrl, int cuts) throws IOException {
        Matcher address = HOST_AND_PORT.matcher(upstreamUrl);
        if (!address.find()) {
            throw new IllegalArgumentException(upstreamUrl);
        }
        this.upstreamUrl = upstreamUrl;
        this.upstreamHost = address.group(1);
        this.upstreamPort = Integer.parseInt(address.group(2));
        this.cutsLeft = new AtomicInteger(cuts);
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    /** The upstream's URL with the proxy in its place. */
    String url() {
        return HOST_AND_PORT.matcher(upstreamUrl).replaceFirst("//127.0.0.1:" + server.getLocalPort());
    }

    /** How many answers were lost so far. */
    int cuts() {
        return cuts.get();
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                Socket client = server.accept();
                Socket upstream = new Socket(upstreamHost, upstreamPort);
                AtomicBoolean inserting = new AtomicBoolean();
                daemon(() -> forwardRequests(client, upstream, inserting));
                daemon(() -> forwardAnswers(upstream, client, inserting));
            }
        } catch (SocketException e) {
            // The proxy was closed, or the upstream is away and the client learns it from the end of its connection.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void forwardRequests(Socket client, Socket upstream, AtomicBoolean inserting) {
        pump(client, upstream, bytes -> {
            if (INSERT.matcher(bytes).find()) {
                inserting.set(true);
            }
            return true;
        });
    }

    private void forwardAnswers(Socket upstream, Socket client, AtomicBoolean inserting) {
        pump(upstream, client, bytes -> {
            boolean cut = inserting.getAndSet(false) && cutsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
            if (cut) {
                cuts.incrementAndGet();
            }
            return !cut;
        });
    }

    private static void pump(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count;
            while ((count = in.read(buffer)) >= 0) {
                if (!gate.pass(new String(buffer, 0, count, StandardCharsets.ISO_8859_1))) {
                    return;
                }
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // One side is gone; the other one is closed with it.
        }
    }

    private static void daemon(Runnable work) {
        Thread.ofPlatform().daemon().name("answer-cutting-proxy").start(work);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    @FunctionalInterface
    private interface Gate {
        boolean pass(String bytes);
    }
}
