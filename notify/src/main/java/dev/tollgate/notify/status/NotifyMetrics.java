package dev.tollgate.notify.status;

import dev.tollgate.notify.internal.http.Answer;
import dev.tollgate.notify.internal.http.FailureClass;
import dev.tollgate.notify.internal.lane.Settlement;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import dev.tollgate.schemas.micrometer.EnumCounters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the role counts, in the meters that {@link NotifyMeters} declares. Thread-safe. */
public final class NotifyMetrics {
    private final EnumCounters<Settlement.Outcome> messages;
    private final EnumCounters<EventFate> events;
    private final Map<FailureClass, Timer> failures = new EnumMap<>(FailureClass.class);
    private final Timer accepted;
    private final Counter failedSessions;
    private final Counter sentAlerts;

    /**
     * @param pending events that are not done
     * @param oldestSeconds since the log took the oldest of them
     * @param disabled endpoints that are switched off
     * @param activeAlerts alerts that hold
     */
    public NotifyMetrics(
            MeterRegistry registry,
            Supplier<Number> pending,
            Supplier<Number> oldestSeconds,
            Supplier<Number> disabled,
            Supplier<Number> activeAlerts) {
        DeclaredMeters meters = new DeclaredMeters(registry);
        messages = meters.counters(NotifyMeters.MESSAGES, Settlement.Outcome.class);
        events = meters.counters(NotifyMeters.READ, EventFate.class);
        accepted = meters.timer(NotifyMeters.ATTEMPTS, NotifyMeters.ACCEPTED);
        for (FailureClass failure : FailureClass.values()) {
            failures.put(failure, meters.timer(NotifyMeters.ATTEMPTS, TagDeclaration.value(failure)));
        }
        failedSessions = meters.counter(NotifyMeters.SESSIONS);
        meters.gauge(NotifyMeters.PENDING, pending);
        meters.gauge(NotifyMeters.OLDEST, oldestSeconds);
        meters.gauge(NotifyMeters.DISABLED, disabled);
        meters.gauge(NotifyMeters.ACTIVE, activeAlerts);
        sentAlerts = meters.counter(NotifyMeters.SENT_ALERTS);
    }

    /** An event was read. */
    public void count(EventFate fate) {
        events.increment(fate);
    }

    /** A settlement was stored. */
    public void count(Settlement.Outcome outcome) {
        messages.increment(outcome);
    }

    /** An attempt is over. */
    public void count(Answer answer, Duration duration) {
        Timer timer = answer.failure() == null ? accepted : failures.getOrDefault(answer.failure(), accepted);
        timer.record(duration);
    }

    /** An Alertmanager has taken some. */
    public void countAlerts(int alerts) {
        sentAlerts.increment(alerts);
    }

    /** A session failed. */
    public void countFailedSession() {
        failedSessions.increment();
    }
}
