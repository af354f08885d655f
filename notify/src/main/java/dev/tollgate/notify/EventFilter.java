package dev.tollgate.notify;

import dev.tollgate.notify.internal.alert.AlertFilter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events and alerts an endpoint gets: those that pass every part; an empty part lets all pass.
 *
 * @param kinds what happened
 * @param plans plans in force
 * @param accounts ids, or prefixes that end in {@code *}
 * @param limits ids of limits; events that are about no limit do not pass
 * @param thresholdBasisPoints thresholds of alerts and their ends; events that are about no threshold pass
 */
record EventFilter(
        Set<LimitEventKind> kinds,
        Set<String> plans,
        List<String> accounts,
        Set<String> limits,
        Set<Integer> thresholdBasisPoints)
        implements AlertFilter {
    EventFilter {
        kinds = Set.copyOf(kinds);
        plans = Set.copyOf(plans);
        accounts = List.copyOf(accounts);
        limits = Set.copyOf(limits);
        thresholdBasisPoints = Set.copyOf(thresholdBasisPoints);
    }

    boolean passes(LimitEvent event) {
        return passes(
                event.getKind(),
                event.getPlanId(),
                event.getAccountId(),
                event.getLimitId(),
                event.getThresholdBasisPoints());
    }

    @Override
    public boolean passes(
            LimitEventKind kind, String plan, String account, @Nullable String limit, @Nullable Integer threshold) {
        return (kinds.isEmpty() || kinds.contains(kind))
                && (plans.isEmpty() || plans.contains(plan))
                && (accounts.isEmpty() || accounts.stream().anyMatch(pattern -> isOf(pattern, account)))
                && (limits.isEmpty() || (limit != null && limits.contains(limit)))
                && (thresholdBasisPoints.isEmpty() || threshold == null || thresholdBasisPoints.contains(threshold));
    }

    private static boolean isOf(String pattern, String account) {
        return pattern.endsWith("*")
                ? account.startsWith(pattern.substring(0, pattern.length() - 1))
                : account.equals(pattern);
    }
}
