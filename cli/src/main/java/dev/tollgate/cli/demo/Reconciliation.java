package dev.tollgate.cli.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares ledgers to the last unit.
 *
 * @param comparisons what was compared, one line each with the figures on both sides
 * @param differences what does not agree; empty when everything does
 */
record Reconciliation(List<String> comparisons, List<String> differences) {
    private static final int SHOWN_PER_KIND = 5;

    boolean isClean() {
        return differences.isEmpty();
    }

    /** Holds each of the others against the first. */
    static Reconciliation of(Ledger first, List<Ledger> others) {
        List<String> comparisons = new ArrayList<>();
        List<String> differences = new ArrayList<>();
        for (Ledger other : others) {
            String parties = first.party() + " = " + other.party();
            compare(parties, "verdicts", first.verdicts(), other.verdicts(), comparisons, differences);
            compare(parties, "dead letters", first.deadLetters(), other.deadLetters(), comparisons, differences);
            compare(parties, "window totals", first.totals(), other.totals(), comparisons, differences);
            compare(parties, "soft alerts", first.alerts(), other.alerts(), comparisons, differences);
            compare(parties, "blocks", first.blocks(), other.blocks(), comparisons, differences);
        }
        return new Reconciliation(comparisons, differences);
    }

    private static <K extends Comparable<K>> void compare(
            String parties,
            String what,
            Map<K, Long> left,
            Map<K, Long> right,
            List<String> comparisons,
            List<String> differences) {
        long leftSum = sum(left);
        long rightSum = sum(right);
        List<String> found = new ArrayList<>();
        Set<K> keys = new TreeSet<>(left.keySet());
        keys.addAll(right.keySet());
        for (K key : keys) {
            long a = left.getOrDefault(key, 0L);
            long b = right.getOrDefault(key, 0L);
            if (a != b) {
                found.add(parties + ": " + what + ": " + text(key) + ": " + a + " against " + b);
            }
        }
        comparisons.add("%s: %s: %d keys, sum %d against %d keys, sum %d"
                .formatted(parties, what, left.size(), leftSum, right.size(), rightSum));
        add(differences, found, parties + ": " + what);
    }

    private static <K extends Comparable<K>> void compare(
            String parties,
            String what,
            Set<K> left,
            Set<K> right,
            List<String> comparisons,
            List<String> differences) {
        List<String> found = new ArrayList<>();
        left.stream()
                .filter(key -> !right.contains(key))
                .forEach(key -> found.add(parties + ": " + what + ": " + text(key) + ": only on the left"));
        right.stream()
                .filter(key -> !left.contains(key))
                .forEach(key -> found.add(parties + ": " + what + ": " + text(key) + ": only on the right"));
        comparisons.add("%s: %s: %d against %d".formatted(parties, what, left.size(), right.size()));
        add(differences, found, parties + ": " + what);
    }

    private static void add(List<String> differences, List<String> found, String subject) {
        differences.addAll(found.subList(0, Math.min(SHOWN_PER_KIND, found.size())));
        if (found.size() > SHOWN_PER_KIND) {
            differences.add(subject + ": and " + (found.size() - SHOWN_PER_KIND) + " more");
        }
    }

    private static long sum(Map<?, Long> values) {
        return values.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String text(Object key) {
        return switch (key) {
            case Ledger.Bucket bucket ->
                bucket.accountId() + " " + bucket.limitId()
                        + (bucket.scopeKey().isEmpty() ? "" : " " + bucket.scopeKey()) + " "
                        + Instant.ofEpochMilli(bucket.windowStartMillis());
            case Ledger.Crossing crossing ->
                text(crossing.bucket()) + " at " + crossing.thresholdBasisPoints() / 100.0 + " %";
            default -> key.toString();
        };
    }
}
