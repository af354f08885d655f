package dev.tollgate.http.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose request line and headers trickle in without end. The idle timeout does not see them: each
 * byte starts it anew, and at a byte every few seconds a head of 8 KiB lasts half a day. Thread-safe.
 *
 * <p>A connection between requests that is silent is left to the idle timeout; the clock runs from the first sweep that
 * finds bytes of a head, or from the connection's opening if there was no request on it yet.
 */
final class HeadDeadline implements Connection.Listener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HeadDeadline.class);

    private final long timeoutNanos;
    private final Map<Connection, Watch> watches = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sweeper;

    HeadDeadline(String server, Duration timeout) {
        sweeper = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(server + "-head-deadline").factory());
        timeoutNanos = timeout.toNanos();
        long interval = Math.max(20, Math.min(1_000, timeout.toMillis() / 4));
        var unused = sweeper.scheduleWithFixedDelay(this::sweep, interval, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onOpened(Connection connection) {
        // Of a TLS connection only the HTTP layer above is watched; its handshake counts as part of the head.
        if (connection instanceof ConnectionMetaData) {
            watches.put(connection, new Watch(true, System.nanoTime(), 0, true));
        }
    }

    @Override
    public void onClosed(Connection connection) {
        watches.remove(connection);
    }

    /** A request is being handled. */
    void headArrived(Connection connection) {
        watches.computeIfPresent(connection, (c, watch) -> new Watch(false, 0, 0, false));
    }

    /** The request's answer was written; the next head may come. */
    void answered(Connection connection) {
        watches.computeIfPresent(connection, (c, watch) -> new Watch(false, 0, c.getBytesIn(), true));
    }

    private void sweep() {
        long now = System.nanoTime();
        watches.forEach((connection, watch) -> {
            if (watch.isOverdue(now, timeoutNanos)) {
                log.debug("closing a connection whose head does not end: {}", connection);
                connection.getEndPoint().close(new TimeoutException("request head timeout"));
                watches.remove(connection, watch);
            } else if (watch.isSilent() && connection.getBytesIn() > watch.bytesBefore()) {
                watches.replace(connection, watch, new Watch(true, now, watch.bytesBefore(), true));
            }
        });
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        watches.clear();
    }

    /**
     * @param inHead whether a head is awaited or arriving since {@code sinceNanos}
     * @param bytesBefore bytes that had come in when the last answer was written
     * @param between whether the last answer was written and no request is being handled
     */
    private record Watch(boolean inHead, long sinceNanos, long bytesBefore, boolean between) {
        boolean isSilent() {
            return between && !inHead;
        }

        boolean isOverdue(long now, long timeoutNanos) {
            return inHead && now - sinceNanos > timeoutNanos;
        }
    }
}
