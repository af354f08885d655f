package dev.tollgate.streams.translate;

import dev.tollgate.engine.AccountSnapshot;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Provenance;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.ClearCause;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitOverride;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the engine says to the records of the output topics. */
public final class OutputTranslator {
    /** The end of a block that time alone will not end: the last moment of the year 9999. */
    private static final Instant NEVER = RequestEventRules.LATEST;

    private OutputTranslator() {}

    /** What response headers call a limit. */
    public interface BucketNames {
        /** The name that a plan version gives a limit, or null if it gives none. */
        @Nullable
        String of(String planId, int planVersion, String limitId);
    }

    /**
     * The snapshot of an account. The caller sets the scope if it is about a project or API key.
     *
     * @param asOfMillis append time of the newest record in it
     * @param partition partition of request-events that feeds the account
     * @param lastOffset newest offset of it in the snapshot, or -1
     */
    public static LimitState limitState(
            AccountSnapshot snapshot, long asOfMillis, int partition, long lastOffset, BucketNames names) {
        LimitState record = new LimitState();
        record.setAccountId(snapshot.accountId());
        record.setVersion(snapshot.version());
        record.setStreamTime(Instant.ofEpochMilli(snapshot.streamTimeMillis()));
        record.setAsOf(Instant.ofEpochMilli(asOfMillis));
        record.setPlanId(snapshot.planId());
        record.setPlanVersion(snapshot.planVersion());
        record.setExempt(snapshot.exempt());
        record.setSuspended(snapshot.suspended());
        record.setSuspendedUntil(until(snapshot.suspendedUntilMillis()));
        record.setSuspensionReason(snapshot.suspensionReason());
        List<BucketState> buckets = new ArrayList<>(snapshot.buckets().size());
        for (AccountSnapshot.Bucket bucket : snapshot.buckets()) {
            buckets.add(bucket(bucket, names.of(snapshot.planId(), snapshot.planVersion(), bucket.limitId())));
        }
        record.setBuckets(buckets);
        List<LimitOverride> overrides = new ArrayList<>(snapshot.overrides().size());
        snapshot.overrides().forEach((limitId, amount) -> overrides.add(new LimitOverride(limitId, amount(amount))));
        record.setOverrides(overrides);
        record.setCalendar(snapshot.calendar() == null ? null : WindowTranslator.calendar(snapshot.calendar()));
        record.setMostConstrained(snapshot.mostConstrained());
        record.setSourcePartition(partition);
        record.setSourceOffset(lastOffset);
        record.setScopeKey("");
        return record;
    }

    private static BucketState bucket(AccountSnapshot.Bucket bucket, @Nullable String name) {
        BucketState state = new BucketState();
        state.setLimitId(bucket.limitId());
        state.setMeterId(bucket.meterId());
        state.setMode(mode(bucket.mode()));
        state.setScope(scope(bucket.scope()));
        state.setScopeKey(bucket.scopeKey());
        state.setBucketName(name == null ? bucket.algorithm().label() : name);
        state.setAmount(amount(bucket.amount()));
        state.setUsed(bucket.used());
        state.setWindowStart(Instant.ofEpochMilli(bucket.windowStartMillis()));
        state.setWindowEnd(Instant.ofEpochMilli(bucket.windowEndMillis()));
        switch (bucket.algorithm()) {
            case Algorithm.FixedWindow _ -> state.setAlgorithm(dev.tollgate.schemas.avro.Algorithm.FIXED_WINDOW);
            case Algorithm.LeakyBucket leaky -> {
                state.setAlgorithm(dev.tollgate.schemas.avro.Algorithm.LEAKY_BUCKET);
                state.setPeriodMs(leaky.periodMillis());
            }
            case Algorithm.SlidingWindow sliding -> {
                state.setAlgorithm(dev.tollgate.schemas.avro.Algorithm.SLIDING_WINDOW);
                state.setPeriodMs(sliding.lengthMillis());
            }
            case Algorithm.Concurrency _ -> state.setAlgorithm(dev.tollgate.schemas.avro.Algorithm.CONCURRENCY);
        }
        state.setSoftReached(bucket.softReached());
        state.setThresholdsReached(bucket.thresholdsReached().stream()
                .map(Threshold::usedBasisPoints)
                .distinct()
                .toList());
        state.setHardReached(bucket.hardReached());
        state.setBlockedUntil(blockEnd(bucket.blockedUntilMillis()));
        return state;
    }

    /**
     * A journal entry.
     *
     * <p>A correction is two entries: {@code VOIDED} takes the old costs back, and what holds instead follows, as
     * {@code AMENDED} if it is counted. Both have what the event itself said for reports.
     */
    public static UsageJournalEntry journal(JournalEntry entry) {
        RequestInput request = entry.request().input();
        UsageJournalEntry record = new UsageJournalEntry();
        record.setAccountId(text(request.accountId()));
        record.setEventId(text(request.eventId()));
        record.setVerdict(verdict(entry));
        record.setOccurredAt(Instant.ofEpochMilli(request.occurredAtMillis()));
        record.setAppendedAt(Instant.ofEpochMilli(request.appendedAtMillis()));
        record.setProjectId(request.projectId());
        record.setApiKeyId(request.apiKeyId());
        record.setEndpoint(text(request.endpoint()));
        record.setOutcome(outcome(request.outcome()));
        record.setUnits(request.units());
        record.setInputTokens(request.inputTokens());
        record.setOutputItems(request.outputItems());
        record.setDurationMs(request.annotations().durationMillis());
        record.setProducer(request.annotations().producer());
        record.setAttributes(request.annotations().attributes());
        record.setPlanId(entry.planId());
        record.setPlanVersion(entry.planVersion());
        record.setCosts(costs(entry));
        record.setLateLimits(entry.lateLimits());
        List<String> corrections = entry.correctionIds();
        record.setCorrectionId(corrections.isEmpty() ? null : corrections.get(corrections.size() - 1));
        record.setSourceTopic(request.position().topic());
        record.setSourcePartition(request.position().partition());
        record.setSourceOffset(request.position().offset());
        return record;
    }

    /** A running or final total. */
    public static dev.tollgate.schemas.avro.UsageTotal total(UsageTotal total) {
        dev.tollgate.schemas.avro.UsageTotal record = new dev.tollgate.schemas.avro.UsageTotal();
        record.setAccountId(total.accountId());
        record.setLimitId(total.limitId());
        record.setMeterId(total.meterId());
        record.setScope(scope(total.scope()));
        record.setScopeKey(total.scopeKey());
        record.setWindowStart(Instant.ofEpochMilli(total.windowStartMillis()));
        record.setWindowEnd(Instant.ofEpochMilli(total.windowEndMillis()));
        record.setWindow(total.window().symbol());
        record.setUsed(total.used());
        record.setAmount(amount(total.amount()));
        record.setPlanId(total.planId());
        record.setPlanVersion(total.planVersion());
        record.setClosed(total.closed());
        record.setStreamTime(Instant.ofEpochMilli(total.streamTimeMillis()));
        record.setVersion(total.version());
        return record;
    }

    /** An alert, a block, a clearing or a change. */
    public static dev.tollgate.schemas.avro.LimitEvent limitEvent(LimitEvent event) {
        dev.tollgate.schemas.avro.LimitEvent record = new dev.tollgate.schemas.avro.LimitEvent();
        Provenance provenance = event.provenance();
        record.setLimitEventId(provenance.id());
        record.setAccountId(provenance.accountId());
        record.setKind(kind(event.kind()));
        LimitEvent.Bucket bucket = event.bucket();
        if (bucket == null) {
            record.setMode(dev.tollgate.schemas.avro.Mode.ENFORCE);
            record.setScope(dev.tollgate.schemas.avro.Scope.ACCOUNT);
            record.setScopeKey("");
        } else {
            record.setLimitId(bucket.limitId());
            record.setMeterId(bucket.meterId());
            record.setMode(mode(bucket.mode()));
            record.setScope(scope(bucket.scope()));
            record.setScopeKey(bucket.scopeKey());
            record.setWindowStart(until(bucket.windowStartMillis()));
            record.setWindowEnd(until(bucket.windowEndMillis()));
            // Where there is no window there is no usage that the event would be about.
            record.setUsed(bucket.windowStartMillis() == null ? null : bucket.used());
            record.setAmount(amount(bucket.amount()));
            record.setOvershoot(bucket.overshoot() > 0 ? bucket.overshoot() : null);
        }
        Threshold threshold = event.threshold();
        if (threshold != null) {
            record.setThresholdBasisPoints(threshold.usedBasisPoints());
            record.setThresholdKind(thresholdKind(threshold.kind()));
        }
        record.setPlanId(provenance.planId());
        record.setPlanVersion(provenance.planVersion());
        record.setCrossingEventId(provenance.sourceId());
        Position position = provenance.position();
        if (position != null) {
            record.setCrossingTopic(position.topic());
            record.setCrossingPartition(position.partition());
            record.setCrossingOffset(position.offset());
        }
        record.setDecidedAt(Instant.ofEpochMilli(provenance.decidedAtMillis()));
        record.setVersion(provenance.version());
        record.setCorrectionId(provenance.cause() == LimitEvent.Cause.CORRECTED ? provenance.sourceId() : null);
        record.setReason(provenance.reason());
        long eventTime = provenance.eventTimeMillis();
        switch (event) {
            case LimitEvent.HardLimitReached hard -> record.setBlockedUntil(blockEnd(hard.untilMillis()));
            case LimitEvent.LimitCleared cleared -> {
                record.setCause(clearCause(cleared.cause()));
                record.setClearedEventId(cleared.clearedEventId());
            }
            case LimitEvent.Suspended suspended -> {
                record.setBlockedUntil(until(suspended.untilMillis()));
                eventTime = suspended.fromMillis();
            }
            case LimitEvent.CalendarChanged changed -> {
                record.setCalendar(WindowTranslator.calendar(changed.calendar()));
                eventTime = changed.fromMillis();
            }
            case LimitEvent.AboutAccount change -> eventTime = change.fromMillis();
            case LimitEvent.SoftLimitReached _, LimitEvent.AdvisoryLimitReached _ -> {}
        }
        record.setEventTime(Instant.ofEpochMilli(eventTime));
        return record;
    }

    private static @Nullable Long amount(Amount amount) {
        return amount.isUnlimited() ? null : amount.units();
    }

    private static @Nullable Instant blockEnd(@Nullable Long millis) {
        return millis != null && millis == Long.MAX_VALUE ? NEVER : until(millis);
    }

    /** No end is written as none. */
    private static @Nullable Instant until(@Nullable Long millis) {
        return millis == null || millis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(millis);
    }

    /** A scope as records name it. */
    public static dev.tollgate.schemas.avro.Scope scope(Scope scope) {
        return switch (scope) {
            case ACCOUNT -> dev.tollgate.schemas.avro.Scope.ACCOUNT;
            case PROJECT -> dev.tollgate.schemas.avro.Scope.PROJECT;
            case API_KEY -> dev.tollgate.schemas.avro.Scope.API_KEY;
        };
    }

    private static dev.tollgate.schemas.avro.Mode mode(Mode mode) {
        return switch (mode) {
            case ENFORCE -> dev.tollgate.schemas.avro.Mode.ENFORCE;
            case ADVISORY -> dev.tollgate.schemas.avro.Mode.ADVISORY;
        };
    }

    /** Taken-back costs are negative in the journal, so that its sum is the usage. */
    private static Map<String, Long> costs(JournalEntry entry) {
        int size = entry.costs().size();
        if (size == 0) {
            return Map.of();
        }
        boolean takenBack = entry.verdict() == Verdict.VOIDED;
        Map<String, Long> costs = HashMap.newHashMap(size);
        for (int i = 0; i < size; i++) {
            long amount = entry.costs().amount(i);
            costs.put(entry.costs().meterId(i), takenBack ? Math.negateExact(amount) : amount);
        }
        return costs;
    }

    private static String text(@Nullable String required) {
        if (required == null) {
            throw new IllegalStateException("the engine journalled an event without an id, account or endpoint");
        }
        return required;
    }

    private static dev.tollgate.schemas.avro.Verdict verdict(JournalEntry entry) {
        return switch (entry.verdict()) {
            // What a correction counts anew is not one more event.
            case COUNTED ->
                entry.correctionIds().isEmpty()
                        ? dev.tollgate.schemas.avro.Verdict.COUNTED
                        : dev.tollgate.schemas.avro.Verdict.AMENDED;
            case DUPLICATE -> dev.tollgate.schemas.avro.Verdict.DUPLICATE;
            case NOT_CONSUMING -> dev.tollgate.schemas.avro.Verdict.NOT_CONSUMING;
            case OVER_CALL_LIMIT -> dev.tollgate.schemas.avro.Verdict.OVER_CALL_LIMIT;
            case LATE -> dev.tollgate.schemas.avro.Verdict.LATE;
            case VOIDED -> dev.tollgate.schemas.avro.Verdict.VOIDED;
        };
    }

    private static dev.tollgate.schemas.avro.Outcome outcome(Outcome outcome) {
        return switch (outcome) {
            case SUCCESS -> dev.tollgate.schemas.avro.Outcome.SUCCESS;
            case AUTH_FAILED -> dev.tollgate.schemas.avro.Outcome.AUTH_FAILED;
            case INVALID -> dev.tollgate.schemas.avro.Outcome.INVALID;
            case LIMITED -> dev.tollgate.schemas.avro.Outcome.LIMITED;
            case SERVER_ERROR -> dev.tollgate.schemas.avro.Outcome.SERVER_ERROR;
            case UNKNOWN -> dev.tollgate.schemas.avro.Outcome.UNKNOWN;
        };
    }

    private static LimitEventKind kind(LimitEvent.Kind kind) {
        return switch (kind) {
            case SOFT_LIMIT_REACHED -> LimitEventKind.SOFT_LIMIT_REACHED;
            case HARD_LIMIT_REACHED -> LimitEventKind.HARD_LIMIT_REACHED;
            case ADVISORY_LIMIT_REACHED -> LimitEventKind.ADVISORY_LIMIT_REACHED;
            case LIMIT_CLEARED -> LimitEventKind.LIMIT_CLEARED;
            case SUSPENDED -> LimitEventKind.SUSPENDED;
            case REINSTATED -> LimitEventKind.REINSTATED;
            case EXEMPTED -> LimitEventKind.EXEMPTED;
            case EXEMPTION_ENDED -> LimitEventKind.EXEMPTION_ENDED;
            case OVERRIDE_CHANGED -> LimitEventKind.OVERRIDE_CHANGED;
            case CALENDAR_CHANGED -> LimitEventKind.CALENDAR_CHANGED;
            case PLAN_CHANGED -> LimitEventKind.PLAN_CHANGED;
            case PLAN_CHANGE_SCHEDULED -> LimitEventKind.PLAN_CHANGE_SCHEDULED;
        };
    }

    private static ThresholdKind thresholdKind(Threshold.Kind kind) {
        return switch (kind) {
            case USED_AT_LEAST -> ThresholdKind.USED_AT_LEAST;
            case REMAINING_BELOW -> ThresholdKind.REMAINING_BELOW;
        };
    }

    private static ClearCause clearCause(LimitEvent.Cause cause) {
        return switch (cause) {
            case WINDOW_ENDED, TIME -> ClearCause.WINDOW_ENDED;
            case BUCKET_DRAINED -> ClearCause.BUCKET_DRAINED;
            case PLAN_CHANGED -> ClearCause.PLAN_CHANGED;
            case OVERRIDE_CHANGED -> ClearCause.OVERRIDE_CHANGED;
            case CALENDAR_CHANGED -> ClearCause.CALENDAR_CHANGED;
            case CORRECTED -> ClearCause.CORRECTED;
            case EXEMPTED -> ClearCause.EXEMPTED;
            case USAGE, COMMAND -> ClearCause.UNKNOWN;
        };
    }
}
