package dev.tollgate.benchmarks.backlog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sums by limit, account and window. Not thread-safe. */
final class Totals {
    private final Map<String, Long> used = new HashMap<>();

    /** What the events come to, added up one by one, with nothing of any job in between. */
    static Totals of(Traffic traffic, List<WindowedSum> sums) {
        Totals totals = new Totals();
        traffic.forEach((number, account, atMillis, units) -> {
            for (WindowedSum sum : sums) {
                long start = atMillis - Math.floorMod(atMillis, sum.size().toMillis());
                totals.used.merge(
                        key(sum.id(), Traffic.account(account), start),
                        sum.quantity().of(units),
                        Long::sum);
            }
        });
        return totals;
    }

    /** Name of one sum, as the jobs' output topics have it: {@code limit|account|start in milliseconds}. */
    static String key(String limit, String account, long startMillis) {
        return limit + '|' + account + '|' + startMillis;
    }

    /** The newest value of a sum. */
    void put(String key, long value) {
        used.put(key, value);
    }

    int windows() {
        return used.size();
    }

    /** How a job's totals differ from these, in words, or null where they are the same. */
    @Nullable
    String differenceFrom(Totals actual) {
        if (used.equals(actual.used)) {
            return null;
        }
        int wrong = 0;
        String first = "";
        for (Map.Entry<String, Long> expected : used.entrySet()) {
            Long found = actual.used.get(expected.getKey());
            if (!expected.getValue().equals(found)) {
                wrong++;
                first = first.isEmpty()
                        ? expected.getKey() + " must be " + expected.getValue() + ", was " + found
                        : first;
            }
        }
        long unknown = actual.used.keySet().stream()
                .filter(key -> !used.containsKey(key))
                .count();
        return wrong + " of " + used.size() + " totals are wrong (" + first + "), " + unknown + " are of no event";
    }
}
