package dev.tollgate.sink.internal.loop;

import dev.tollgate.schemas.retry.Backoff;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.status.SinkMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a thread waits for somebody who does not answer, and until when. Each reason is logged once in a while. Not
 * thread-safe.
 */
final class RetryPause {
    private static final Logger log = LoggerFactory.getLogger(RetryPause.class);

    private static final Duration WARNING_INTERVAL = Duration.ofSeconds(30);
    private static final int MAX_REASONS = 100;
    /** Figures in a message (attempts, times) do not make it another reason. */
    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private final Backoff backoff;
    private final LongSupplier nanoTime;
    private final SinkMetrics metrics;
    private final Map<String, Long> warnedAtNanos = new HashMap<>();
    private boolean waiting;
    private long resumeAtNanos;

    RetryPause(Backoff backoff, LongSupplier nanoTime, SinkMetrics metrics) {
        this.backoff = backoff;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
    }

    /** Whether it is too early to try again. */
    boolean isOn() {
        return waiting && now() < resumeAtNanos;
    }

    /** How long it is still too early, at most so long. */
    Duration left(Duration max) {
        long nanos = Math.max(0, resumeAtNanos - now());
        return Duration.ofNanos(Math.min(nanos, max.toNanos()));
    }

    /** Begins to wait, longer with each failure in a row. */
    void begin(UnavailableException e) {
        Duration wait = backoff.next();
        resumeAtNanos = now() + wait.toNanos();
        setWaiting(true);
        metrics.retried(e.part());
        String reason =
                e.part() + " " + DIGITS.matcher(String.valueOf(e.getMessage())).replaceAll("#");
        Long warnedAt = warnedAtNanos.get(reason);
        if (warnedAt == null || now() - warnedAt > WARNING_INTERVAL.toNanos()) {
            if (warnedAtNanos.size() >= MAX_REASONS) {
                warnedAtNanos.clear();
            }
            warnedAtNanos.put(reason, now());
            log.warn("waiting: for={} retryMillis={} reason={}", e.part(), wait.toMillis(), e.getMessage());
        }
    }

    /** A step went well: the next failure waits as the first one did. */
    void end() {
        backoff.reset();
        setWaiting(false);
    }

    private void setWaiting(boolean now) {
        if (waiting != now) {
            waiting = now;
            metrics.addWaiting(now ? 1 : -1);
            if (!now) {
                log.info("going on after waiting");
                warnedAtNanos.clear();
            }
        }
    }

    private long now() {
        return nanoTime.getAsLong();
    }
}
