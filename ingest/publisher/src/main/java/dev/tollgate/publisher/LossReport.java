package dev.tollgate.publisher;

import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.DeliveryListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events that will not arrive: counts them, tells the listener, and logs them at most once per interval on the delivery
 * thread, as a request path must neither write a log nor fill it.
 */
final class LossReport {
    private static final Logger log = LoggerFactory.getLogger(LossReport.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final PublisherCounters counters;
    private final PublisherListener listener;
    private final Map<EventRejectionReason, String> lastDetails = new ConcurrentHashMap<>();
    private final Map<EventRejectionReason, Long> reportedRejections = new EnumMap<>(EventRejectionReason.class);
    private final Map<DropReason, Long> reportedDrops = new EnumMap<>(DropReason.class);
    private volatile @Nullable RuntimeException lastListenerFailure;
    private long reportedListenerFailures;
    private long dueAtNanos = System.nanoTime();

    LossReport(PublisherCounters counters, PublisherListener listener) {
        this.counters = counters;
        this.listener = listener;
    }

    /** An event was rejected. Any thread. */
    void rejected(@Nullable RequestEvent event, EventRejectionReason reason, String detail) {
        counters.rejectedOne(reason);
        lastDetails.put(reason, detail);
        try {
            listener.rejected(event, reason, detail);
        } catch (RuntimeException e) {
            listenerFailed(e);
        }
    }

    /** Events were given up; none is no loss. Any thread. */
    void dropped(DropReason reason, long count) {
        if (count == 0) {
            return;
        }
        counters.dropped(reason, count);
        try {
            listener.dropped(reason, count);
        } catch (RuntimeException e) {
            listenerFailed(e);
        }
    }

    /** Tells whoever waits for one event what became of it. Any thread. */
    void tell(DeliveryListener delivery, Consumer<DeliveryListener> what) {
        try {
            what.accept(delivery);
        } catch (RuntimeException e) {
            listenerFailed(e);
        }
    }

    private void listenerFailed(RuntimeException e) {
        counters.listenerFailed();
        lastListenerFailure = e;
    }

    /** Logs what is new, at most once per interval. Cheap when it is not time yet. */
    void logIfDue(long nowNanos) {
        if (nowNanos - dueAtNanos >= 0) {
            dueAtNanos = nowNanos + (logNew() ? INTERVAL_NANOS : CHECK_NANOS);
        }
    }

    /** Logs what happened since the last report; whether there was anything. */
    boolean logNew() {
        boolean any = false;
        for (EventRejectionReason reason : EventRejectionReason.values()) {
            long total = counters.rejected(reason);
            long fresh = total - reportedRejections.getOrDefault(reason, 0L);
            if (fresh > 0) {
                reportedRejections.put(reason, total);
                log.warn(
                        "events rejected: reason={} count={} total={} last=\"{}\"",
                        reason,
                        fresh,
                        total,
                        lastDetails.get(reason));
                any = true;
            }
        }
        for (DropReason reason : DropReason.values()) {
            long total = counters.dropped(reason);
            long fresh = total - reportedDrops.getOrDefault(reason, 0L);
            if (fresh > 0) {
                reportedDrops.put(reason, total);
                log.warn("events dropped: reason={} count={} total={}", reason, fresh, total);
                any = true;
            }
        }
        long failures = counters.listenerFailures();
        if (failures > reportedListenerFailures) {
            reportedListenerFailures = failures;
            log.warn("listener failed: total={}", failures, lastListenerFailure);
            any = true;
        }
        return any;
    }
}
