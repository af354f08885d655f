package dev.tollgate.http.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts that a service has opened, closed in the opposite order: what was opened last may use what was opened
 * before it. Not thread-safe.
 */
public final class OpenParts implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OpenParts.class);

    private final Deque<AutoCloseable> lastFirst = new ArrayDeque<>();

    /** Has a part closed before those that are there already, and returns it. */
    public <T extends AutoCloseable> T add(T part) {
        lastFirst.push(part);
        return part;
    }

    /** Closes each part once, also after one whose closing failed, which is logged. */
    @Override
    public void close() {
        for (AutoCloseable part = lastFirst.poll(); part != null; part = lastFirst.poll()) {
            try {
                part.close();
            } catch (Exception e) {
                log.warn("closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
