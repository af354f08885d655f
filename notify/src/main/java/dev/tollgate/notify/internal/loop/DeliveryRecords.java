package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.http.Answer;
import dev.tollgate.notify.internal.lane.LaneProgress;
import dev.tollgate.notify.internal.lane.PendingEvent;
import dev.tollgate.notify.internal.lane.Settlement;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.NotifyOutcome;
import dev.tollgate.schemas.avro.NotifyProgress;
import dev.tollgate.schemas.avro.NotifyTrigger;
import dev.tollgate.schemas.metrics.TagDeclaration;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is written of attempts. */
public final class DeliveryRecords {
    private DeliveryRecords() {}

    /** What became of an event in its turn; without an attempt if none was made. */
    static NotifyDelivery of(String endpoint, Settlement<LimitEvent> settlement, @Nullable FinishedAttempt finished) {
        PendingEvent<LimitEvent> event = settlement.event();
        boolean retried = settlement.outcome() == Settlement.Outcome.RETRYING;
        NotifyDelivery delivery = withAnswer(
                event.payload(),
                endpoint,
                NotifyTrigger.EVENT,
                outcome(settlement.outcome()),
                finished == null ? null : finished.answer(),
                finished == null ? null : finished.startedAt(),
                finished == null ? null : finished.duration());
        delivery.setAttempt(finished == null ? 0 : settlement.attempts());
        delivery.setNextAttemptAt(retried ? Instant.ofEpochMilli(settlement.nextAttemptAtMillis()) : null);
        delivery.setSourcePartition(event.partition());
        delivery.setSourceOffset(event.offset());
        return delivery;
    }

    /** An event that a person had sent again. */
    public static NotifyDelivery resent(
            String endpoint, LimitEvent event, Answer answer, Instant startedAt, Duration duration) {
        return withAnswer(event, endpoint, NotifyTrigger.RESEND, once(answer), answer, startedAt, duration);
    }

    /** A test. */
    public static NotifyDelivery test(String endpoint, String id, Answer answer, Instant startedAt, Duration duration) {
        return filled(
                new NotifyDelivery(),
                endpoint,
                id,
                "",
                0,
                NotifyTrigger.TEST,
                once(answer),
                answer,
                startedAt,
                duration);
    }

    private static NotifyOutcome once(Answer answer) {
        return answer.failure() == null ? NotifyOutcome.DELIVERED : NotifyOutcome.FAILED;
    }

    private static NotifyDelivery withAnswer(
            LimitEvent event,
            String endpoint,
            NotifyTrigger trigger,
            NotifyOutcome outcome,
            @Nullable Answer answer,
            @Nullable Instant startedAt,
            @Nullable Duration duration) {
        return filled(
                new NotifyDelivery(),
                endpoint,
                event.getLimitEventId(),
                event.getAccountId(),
                event.getVersion(),
                trigger,
                outcome,
                answer,
                startedAt,
                duration);
    }

    private static NotifyDelivery filled(
            NotifyDelivery delivery,
            String endpoint,
            String id,
            String account,
            long version,
            NotifyTrigger trigger,
            NotifyOutcome outcome,
            @Nullable Answer answer,
            @Nullable Instant startedAt,
            @Nullable Duration duration) {
        delivery.setEndpoint(endpoint);
        delivery.setLimitEventId(id);
        delivery.setAccountId(account);
        delivery.setVersion(version);
        delivery.setTrigger(trigger);
        delivery.setAttempt(1);
        delivery.setOutcome(outcome);
        if (answer != null) {
            delivery.setStatus(answer.status());
            delivery.setFailure(answer.failure() == null ? null : TagDeclaration.value(answer.failure()));
            delivery.setDetail(answer.detail());
        }
        delivery.setStartedAt(startedAt);
        delivery.setDurationMs(duration == null ? null : duration.toMillis());
        return delivery;
    }

    static NotifyProgress progress(String endpoint, String account, LaneProgress progress, Instant now) {
        NotifyProgress stored = new NotifyProgress();
        stored.setEndpoint(endpoint);
        stored.setAccountId(account);
        stored.setVersion(progress.version());
        if (progress.attempts() > 0) {
            stored.setRetryVersion(progress.retryVersion());
            stored.setAttempts(progress.attempts());
            stored.setNextAttemptAt(Instant.ofEpochMilli(progress.nextAttemptAtMillis()));
        }
        stored.setRecordedAt(now);
        return stored;
    }

    static NotifyProgress disabled(String endpoint, String urlHash, Instant now) {
        NotifyProgress stored = new NotifyProgress();
        stored.setEndpoint(endpoint);
        stored.setVersion(LaneProgress.START.version());
        stored.setDisabledUrlHash(urlHash);
        stored.setRecordedAt(now);
        return stored;
    }

    private static NotifyOutcome outcome(Settlement.Outcome outcome) {
        return switch (outcome) {
            case DELIVERED -> NotifyOutcome.DELIVERED;
            case RETRYING -> NotifyOutcome.RETRYING;
            case EXPIRED -> NotifyOutcome.EXPIRED;
            case SUPERSEDED -> NotifyOutcome.SUPERSEDED;
            case DISABLED -> NotifyOutcome.DISABLED;
        };
    }
}
