package dev.tollgate.notify.status;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.timer;

import dev.tollgate.notify.internal.http.FailureClass;
import dev.tollgate.notify.internal.lane.Settlement;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The meters of the notifying role, all endpoints together; {@code tollgate notify list} tells them apart. */
public final class NotifyMeters {
    /** Tag value of an attempt that succeeded. */
    static final String ACCEPTED = "accepted";

    static final MeterDeclaration MESSAGES = counter(
            "tollgate.notify.messages",
            "messages",
            "messages whose outcome was stored, by outcome; `retrying` counts each attempt that is followed by another",
            TagDeclaration.of("outcome", Settlement.Outcome.class));

    static final MeterDeclaration ATTEMPTS = timer(
            "tollgate.notify.attempt",
            "requests to receivers and Alertmanagers, by how they ended",
            new TagDeclaration(
                    "result",
                    Stream.concat(
                                    Stream.of(ACCEPTED),
                                    Arrays.stream(FailureClass.values()).map(TagDeclaration::value))
                            .toList()));

    static final MeterDeclaration READ = counter(
            "tollgate.notify.events",
            "events",
            "limit events that were read, by what they are to the endpoint: one that is sent, filtered out, done"
                    + " before, or a record that cannot be decoded; of an Alertmanager only snapshots of the last kind",
            TagDeclaration.of("kind", EventFate.class));

    static final MeterDeclaration PENDING =
            gauge("tollgate.notify.pending.events", "events", "events that are not done now");

    static final MeterDeclaration OLDEST = gauge(
            "tollgate.notify.oldest.pending",
            MeterDeclaration.SECONDS,
            "since the log took the oldest event that is not done; 0 if all are");

    static final MeterDeclaration DISABLED = gauge(
            "tollgate.notify.disabled.endpoints",
            "endpoints",
            "endpoints that are switched off because the receiver answered 410");

    static final MeterDeclaration SESSIONS = counter(
            "tollgate.notify.failed.sessions",
            "sessions",
            "times that an endpoint had to begin again, because Kafka or the registry failed or another process took"
                    + " its place");

    static final MeterDeclaration ACTIVE =
            gauge("tollgate.notify.active.alerts", "alerts", "alerts that hold now and are sent to Alertmanagers");

    static final MeterDeclaration SENT_ALERTS = counter(
            "tollgate.notify.sent.alerts",
            "alerts",
            "alerts that an Alertmanager has taken, each time that they are sent");

    /** All of them. */
    public static final MeterGroup GROUP = new MeterGroup(
            "notify",
            "Notifications: `tollgate notify`",
            List.of(MESSAGES, ATTEMPTS, READ, PENDING, OLDEST, DISABLED, SESSIONS, ACTIVE, SENT_ALERTS));

    private NotifyMeters() {}
}
