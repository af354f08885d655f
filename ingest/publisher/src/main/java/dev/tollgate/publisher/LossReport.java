package dev.tollgate.publisher;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs refused and dropped events, at most once per interval and reason, on the delivery thread: a request path must neither
 * write a log nor fill it.
 */
final class LossReport {
    private static final Logger log = LoggerFactory.getLogger(LossReport.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PublisherCounters counters;
    private final AtomicReferenceArray<@Nullable String> lastDetails =
            new AtomicReferenceArray<>(RejectionReason.values().length);
    private final long[] reportedRejections = new long[RejectionReason.values().length];
    private final long[] reportedDrops = new long[DropReason.values().length];
    private long reportedAtNanos = System.nanoTime() - INTERVAL_NANOS;

    LossReport(PublisherCounters counters) {
        this.counters = counters;
    }

    /** Keeps the newest example of a reason. Any thread. */
    void note(RejectionReason reason, String detail) {
        lastDetails.lazySet(reason.ordinal(), detail);
    }

    void logIfDue(long nowNanos) {
        if (nowNanos - reportedAtNanos < INTERVAL_NANOS) {
            return;
        }
        if (logNew()) {
            reportedAtNanos = nowNanos;
        }
    }

    /** Logs what happened since the last report; whether there was anything. */
    boolean logNew() {
        boolean any = false;
        for (RejectionReason reason : RejectionReason.values()) {
            long total = counters.rejected(reason);
            long fresh = total - reportedRejections[reason.ordinal()];
            if (fresh > 0) {
                reportedRejections[reason.ordinal()] = total;
                log.warn(
                        "events refused: reason={} count={} total={} last=\"{}\"",
                        reason,
                        fresh,
                        total,
                        lastDetails.get(reason.ordinal()));
                any = true;
            }
        }
        for (DropReason reason : DropReason.values()) {
            long total = counters.dropped(reason);
            long fresh = total - reportedDrops[reason.ordinal()];
            if (fresh > 0) {
                reportedDrops[reason.ordinal()] = total;
                log.warn("events dropped: reason={} count={} total={}", reason, fresh, total);
                any = true;
            }
        }
        return any;
    }
}
