package dev.tollgate.gateway.kafka;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Logs a warning at most once in an interval and says how many were held back. Thread-safe. */
final class ThrottledWarning {
    private final Logger log;
    private final long intervalNanos;
    private final AtomicLong next = new AtomicLong(System.nanoTime());
    private final AtomicLong heldBack = new AtomicLong();

    ThrottledWarning(Logger log, Duration interval) {
        this.log = log;
        intervalNanos = interval.toNanos();
    }

    /** @param sentence with one place for the argument */
    void warn(String sentence, Object argument, Throwable cause) {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + intervalNanos)) {
            log.warn(sentence + " cause={} heldBack={}", argument, cause.toString(), heldBack.getAndSet(0));
        } else {
            heldBack.incrementAndGet();
        }
    }
}
