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

/** Stands between a client and ClickHouse and cuts inserts, as a network does that fails at the worst moment. */
final class InsertCuttingProxy implements AutoCloseable {
    private static final Pattern HOST_AND_PORT = Pattern.compile("//([^:/]+):(\\d+)");
    private static final Pattern INSERT = Pattern.compile("INSERT(\\+|%20| )INTO(\\+|%20| )");

    private static final String END_OF_HEAD = "\r\n\r\n";

    /** What is lost of an insert. */
    enum Cut {
        /** The request arrives whole, its answer is swallowed and the connection cut. */
        ANSWER,
        /** The request ends within its rows, and ClickHouse is not told that it is not whole; its answer arrives. */
        ROWS
    }

    private final ServerSocket server;
    private final Cut cut;
    private final String upstreamUrl;
    private final String upstreamHost;
    private final int upstreamPort;
    private final AtomicInteger cutsLeft;
    private final AtomicInteger cuts = new AtomicInteger();

    InsertCuttingProxy(String upstreamUrl, Cut cut, int cuts) throws IOException {
        Matcher address = HOST_AND_PORT.matcher(upstreamUrl);
        if (!address.find()) {
            throw new IllegalArgumentException(upstreamUrl);
        }
        this.upstreamUrl = upstreamUrl;
        this.cut = cut;
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

    /** How many inserts were cut so far. */
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

    private void forwardRequests(Socket client, Socket upstream, AtomicBoolean inserting) {
        byte[] buffer = new byte[64 << 10];
        boolean over = false;
        try (client;
                upstream) {
            InputStream in = client.getInputStream();
            OutputStream out = upstream.getOutputStream();
            int count;
            while ((count = in.read(buffer)) >= 0) {
                String text = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                if (INSERT.matcher(text).find()) {
                    if (cut == Cut.ROWS && tryCut()) {
                        out.write(cutWithinRows(text).getBytes(StandardCharsets.ISO_8859_1));
                        out.flush();
                        over = true;
                    } else {
                        inserting.set(true);
                    }
                }
                if (!over) {
                    out.write(buffer, 0, count);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // One side is gone; the other one is closed with it.
        }
    }

    /** The head of a chunked request, the beginning of its first chunk, and a proper end. */
    private static String cutWithinRows(String request) {
        int body = request.indexOf(END_OF_HEAD) + END_OF_HEAD.length();
        int rows = request.indexOf("\r\n", body) + 2;
        int length = Integer.parseInt(request.substring(body, rows - 2), 16);
        int kept = Math.min(length, request.length() - rows) / 2;
        return request.substring(0, body) + Integer.toHexString(kept) + "\r\n" + request.substring(rows, rows + kept)
                + "\r\n0\r\n\r\n";
    }

    private void forwardAnswers(Socket upstream, Socket client, AtomicBoolean inserting) {
        byte[] buffer = new byte[64 << 10];
        try (upstream;
                client) {
            InputStream in = upstream.getInputStream();
            OutputStream out = client.getOutputStream();
            int count;
            while ((count = in.read(buffer)) >= 0) {
                if (inserting.getAndSet(false) && cut == Cut.ANSWER && tryCut()) {
                    return;
                }
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // One side is gone; the other one is closed with it.
        }
    }

    private boolean tryCut() {
        boolean taken = cutsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (taken) {
            cuts.incrementAndGet();
        }
        return taken;
    }

    private static void daemon(Runnable work) {
        Thread.ofPlatform().daemon().name("insert-cutting-proxy").start(work);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
