package dev.tollgate.notify;

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import java.util.List;
import java.util.Set;

/**
 * Which events an endpoint gets: those that pass every part; an empty part lets all pass.
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
        Set<Integer> thresholdBasisPoints) {
    EventFilter {
        kinds = Set.copyOf(kinds);
        plans = Set.copyOf(plans);
        accounts = List.copyOf(accounts);
        limits = Set.copyOf(limits);
        thresholdBasisPoints = Set.copyOf(thresholdBasisPoints);
    }

    boolean passes(LimitEvent event) {
        return (kinds.isEmpty() || kinds.contains(event.getKind()))
                && (plans.isEmpty() || plans.contains(event.getPlanId()))
                && (accounts.isEmpty() || accounts.stream().anyMatch(account -> isOf(account, event.getAccountId())))
                && (limits.isEmpty() || (event.getLimitId() != null && limits.contains(event.getLimitId())))
                && (thresholdBasisPoints.isEmpty()
                        || event.getThresholdBasisPoints() == null
                        || thresholdBasisPoints.contains(event.getThresholdBasisPoints()));
    }

    private static boolean isOf(String pattern, String account) {
        return pattern.endsWith("*")
                ? account.startsWith(pattern.substring(0, pattern.length() - 1))
                : account.equals(pattern);
    }
}
