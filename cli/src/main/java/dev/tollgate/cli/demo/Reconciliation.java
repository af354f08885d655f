package dev.tollgate.cli.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares ledgers to the last unit.
 *
 * @param comparisons what was compared, with the figures of each party
 * @param differences what does not agree; empty when everything does
 */
record Reconciliation(List<Comparison> comparisons, List<String> differences) {
    private static final int SHOWN_PER_KIND = 5;

    /**
     * One thing that all parties say.
     *
     * @param what for people
     * @param sides one for each party, the first being the one that the others are held against
     */
    record Comparison(String what, List<Side> sides, boolean agrees) {}

    /**
     * What a party says of one thing.
     *
     * @param entries how many entries there are
     * @param sum the sum of their figures; null where figures do not add up to anything
     */
    record Side(String party, long entries, @Nullable Long sum) {}

    boolean isClean() {
        return differences.isEmpty();
    }

    /**
     * Holds each of the others against the first.
     *
     * @param nowMillis a moment after all of them were read, for what is left then
     */
    static Reconciliation of(DemoLedger first, List<DemoLedger> others, long nowMillis) {
        List<DemoLedger> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        Reconciliation result = new Reconciliation(new ArrayList<>(), new ArrayList<>());
        result.compare("events by verdict", true, all, DemoLedger::verdicts);
        result.compare("dead letters by reason", true, all, DemoLedger::deadLetters);
        result.compare("usage by window", true, all, DemoLedger::totals);
        result.compare("usage by account and meter", true, all, DemoLedger::usage);
        result.compare("soft alerts", false, all, DemoLedger::alerts);
        result.compare("blocks", false, all, DemoLedger::blocks);
        result.compare("advisory events", false, all, DemoLedger::advice);
        result.compare("limits with usage left", false, all, ledger -> ledger.leftAt(nowMillis));
        result.compare("stream times by account", false, all, DemoLedger::streamTimes);
        return new Reconciliation(List.copyOf(result.comparisons), List.copyOf(result.differences));
    }

    private interface Figures {
        Map<?, ?> of(DemoLedger ledger);
    }

    private void compare(String what, boolean sums, List<DemoLedger> ledgers, Figures figures) {
        DemoLedger first = ledgers.getFirst();
        Map<?, ?> expected = figures.of(first);
        List<Side> sides = new ArrayList<>();
        int before = differences.size();
        for (DemoLedger ledger : ledgers) {
            Map<?, ?> said = figures.of(ledger);
            sides.add(new Side(ledger.party(), said.size(), sums ? sum(said) : null));
            difference(first.party() + " against " + ledger.party() + ": " + what, expected, said);
        }
        comparisons.add(new Comparison(what, sides, differences.size() == before));
    }

    private void difference(String subject, Map<?, ?> left, Map<?, ?> right) {
        Set<Object> keys = new TreeSet<>(left.keySet());
        keys.addAll(right.keySet());
        List<String> found = new ArrayList<>();
        for (Object key : keys) {
            Object a = left.get(key);
            Object b = right.get(key);
            if (!Objects.equals(a, b)) {
                found.add(subject + ": " + text(key) + ": " + value(a) + " against " + value(b));
            }
        }
        differences.addAll(found.subList(0, Math.min(SHOWN_PER_KIND, found.size())));
        if (found.size() > SHOWN_PER_KIND) {
            differences.add(subject + ": and " + (found.size() - SHOWN_PER_KIND) + " more");
        }
    }

    private static long sum(Map<?, ?> values) {
        return values.values().stream().mapToLong(value -> (Long) value).sum();
    }

    private static String text(Object key) {
        return switch (key) {
            case DemoLedger.Bucket bucket ->
                names(bucket.accountId(), bucket.limitId(), bucket.scopeKey())
                        + (bucket.windowStartMillis() == DemoLedger.Crossing.NO_WINDOW
                                ? ""
                                : " " + Instant.ofEpochMilli(bucket.windowStartMillis()));
            case DemoLedger.Crossing crossing ->
                text(crossing.bucket())
                        + (crossing.thresholdBasisPoints() == DemoLedger.Crossing.FULL
                                ? " at the amount"
                                : " at " + crossing.thresholdBasisPoints() / 100.0 + " %")
                        + (crossing.eventId().isEmpty() ? " by a new version" : " by event " + crossing.eventId());
            case DemoLedger.LimitKey limitKey -> names(limitKey.accountId(), limitKey.limitId(), limitKey.scopeKey());
            default -> key.toString();
        };
    }

    private static String names(String accountId, String limitId, String scopeKey) {
        return accountId + " " + limitId + (scopeKey.isEmpty() ? "" : " " + scopeKey);
    }

    private static String value(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case DemoLedger.Reached reached ->
                reached.used() + " used"
                        + (reached.blockedUntilMillis() == DemoLedger.Reached.NO_BLOCK
                                ? ""
                                : reached.blockedUntilMillis() == Long.MAX_VALUE
                                        ? ", blocked for good"
                                        : ", blocked until " + Instant.ofEpochMilli(reached.blockedUntilMillis()));
            default -> value.toString();
        };
    }
}
