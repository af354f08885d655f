package dev.tollgate.notify.internal.alert;

import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads out of a snapshot what holds: one alert for each threshold that is reached, one for each full amount, and one
 * for a suspension. Nothing else of an account's history is needed, so whoever reads the compacted topic from its
 * beginning has all alerts.
 */
public final class SnapshotAlerts {
    /** What an alert can be. The rest of the kinds are moments and hold for no time. */
    public static final Set<LimitEventKind> KINDS = EnumSet.of(
            LimitEventKind.SOFT_LIMIT_REACHED,
            LimitEventKind.HARD_LIMIT_REACHED,
            LimitEventKind.ADVISORY_LIMIT_REACHED,
            LimitEventKind.SUSPENDED);

    private static final int FULL_BASIS_POINTS = 10_000;

    private final AlertFilter filter;

    public SnapshotAlerts(AlertFilter filter) {
        this.filter = filter;
    }

    /** Those that pass the filter, whether or not their time is over. */
    List<DerivedAlert> of(LimitState state) {
        List<DerivedAlert> alerts = new ArrayList<>();
        if (state.getSuspended() && state.getScope() == null) {
            addSuspension(alerts, state);
        }
        for (BucketState bucket : state.getBuckets()) {
            if (bucket.getSoftReached()) {
                for (@Nullable Integer threshold : thresholds(bucket)) {
                    add(alerts, state, bucket, LimitEventKind.SOFT_LIMIT_REACHED, threshold);
                }
            }
            if (bucket.getHardReached()) {
                add(alerts, state, bucket, LimitEventKind.HARD_LIMIT_REACHED, null);
            }
        }
        return alerts;
    }

    /** A writer that does not say which are reached leaves one alert without a threshold. */
    private static List<@Nullable Integer> thresholds(BucketState bucket) {
        List<Integer> reached = bucket.getThresholdsReached();
        if (reached == null) {
            return Arrays.asList((Integer) null);
        }
        return new ArrayList<>(reached);
    }

    private void addSuspension(List<DerivedAlert> alerts, LimitState state) {
        if (!filter.passes(LimitEventKind.SUSPENDED, state.getPlanId(), state.getAccountId(), null, null)) {
            return;
        }
        SortedMap<String, String> annotations = new TreeMap<>();
        String reason = state.getSuspensionReason();
        annotations.put(
                "summary",
                state.getAccountId() + " is suspended" + (reason == null || reason.isBlank() ? "" : ": " + reason));
        put(annotations, "until", state.getSuspendedUntil());
        alerts.add(new DerivedAlert(
                labels(state, LimitEventKind.SUSPENDED), annotations, state.getAsOf(), state.getSuspendedUntil()));
    }

    private void add(
            List<DerivedAlert> alerts,
            LimitState state,
            BucketState bucket,
            LimitEventKind enforced,
            @Nullable Integer threshold) {
        LimitEventKind kind = bucket.getMode() == Mode.ADVISORY ? LimitEventKind.ADVISORY_LIMIT_REACHED : enforced;
        if (!filter.passes(kind, state.getPlanId(), state.getAccountId(), bucket.getLimitId(), threshold)) {
            return;
        }
        boolean full = enforced == LimitEventKind.HARD_LIMIT_REACHED;
        Integer said = full ? Integer.valueOf(FULL_BASIS_POINTS) : threshold;
        SortedMap<String, String> labels = labels(state, kind);
        labels.put("limit", bucket.getLimitId());
        labels.put("meter", bucket.getMeterId());
        labels.put("scope", bucket.getScope().name().toLowerCase(Locale.ROOT));
        if (bucket.getScope() != Scope.ACCOUNT && !bucket.getScopeKey().isEmpty()) {
            labels.put("scope_key", bucket.getScopeKey());
        }
        if (said != null) {
            labels.put("threshold", percent(said));
        }
        alerts.add(new DerivedAlert(labels, annotations(state, bucket), state.getAsOf(), end(bucket, full)));
    }

    private static SortedMap<String, String> labels(LimitState state, LimitEventKind kind) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put("alertname", alertName(kind));
        labels.put("severity", severity(kind));
        labels.put("account", state.getAccountId());
        labels.put("plan", state.getPlanId());
        labels.put("kind", kind.name());
        return labels;
    }

    private static SortedMap<String, String> annotations(LimitState state, BucketState bucket) {
        SortedMap<String, String> annotations = new TreeMap<>();
        Long amount = bucket.getAmount();
        String whose = bucket.getScope() == Scope.ACCOUNT
                ? state.getAccountId()
                : bucket.getScope().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " '" + bucket.getScopeKey()
                        + "' of " + state.getAccountId();
        annotations.put(
                "summary",
                whose + " has used " + bucket.getUsed() + (amount == null ? "" : " of " + amount) + " "
                        + bucket.getMeterId() + " by limit " + bucket.getLimitId());
        annotations.put("used", Long.toString(bucket.getUsed()));
        if (amount != null) {
            annotations.put("amount", Long.toString(amount));
        }
        put(annotations, "window_start", bucket.getWindowStart());
        put(annotations, "window_end", bucket.getWindowEnd());
        put(annotations, "blocked_until", bucket.getBlockedUntil());
        annotations.put("as_of", state.getAsOf().toString());
        return annotations;
    }

    /** A block has an end of its own; for anything else usage counts no more from the end of the window on. */
    private static @Nullable Instant end(BucketState bucket, boolean full) {
        return full && bucket.getBlockedUntil() != null ? bucket.getBlockedUntil() : bucket.getWindowEnd();
    }

    private static void put(SortedMap<String, String> annotations, String name, @Nullable Instant time) {
        if (time != null) {
            annotations.put(name, time.toString());
        }
    }

    private static String alertName(LimitEventKind kind) {
        return switch (kind) {
            case SOFT_LIMIT_REACHED -> "TollgateSoftLimitReached";
            case HARD_LIMIT_REACHED -> "TollgateHardLimitReached";
            case ADVISORY_LIMIT_REACHED -> "TollgateAdvisoryLimitReached";
            case SUSPENDED -> "TollgateAccountSuspended";
            default -> throw new IllegalArgumentException("no alert: " + kind);
        };
    }

    private static String severity(LimitEventKind kind) {
        return switch (kind) {
            case HARD_LIMIT_REACHED -> "critical";
            case ADVISORY_LIMIT_REACHED -> "info";
            default -> "warning";
        };
    }

    private static String percent(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString();
    }
}
