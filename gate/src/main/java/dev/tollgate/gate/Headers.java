package dev.tollgate.gate;

import dev.tollgate.gate.internal.counter.Counter;
import dev.tollgate.gate.internal.counter.CounterRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes response headers of where an account stands.
 *
 * <p>The X-headers show, for each meter, the most constrained limit: the one with the smallest share of its amount
 * remaining, compared exactly; of equal ones the longer. The IETF pair ({@code draft-ietf-httpapi-ratelimit-headers},
 * structured fields of RFC 9651) lists every limit in {@code RateLimit-Policy} and the most constrained of each meter
 * in {@code RateLimit}; in a denial the limit that denies, so that {@code Retry-After} is never earlier than {@code t}.
 *
 * <p>Limits that never deny (advisory, unlimited) are not shown.
 */
final class Headers {
    /** Largest integer of a structured field. */
    private static final long MAX_INTEGER = 999_999_999_999_999L;

    private Headers() {}

    /**
     * @param denying place of the limit that denies the call, -1 if it is allowed or denied for another reason
     * @param retryAfterSeconds 0 for no {@code Retry-After}
     */
    static Map<String, String> of(
            HeaderSettings settings,
            CounterRule[] rules,
            Counter[] counters,
            long nowMillis,
            int denying,
            long retryAfterSeconds) {
        Map<String, String> headers = new LinkedHashMap<>();
        long[] remaining = new long[rules.length];
        for (int i = 0; i < rules.length; i++) {
            remaining[i] = remaining(rules[i], counters[i], nowMillis);
        }
        List<Integer> shown = mostConstrainedByMeter(rules, remaining);
        for (int place : shown) {
            String prefix = settings.prefixByMeter().get(rules[place].meterId());
            if (prefix != null && !rules[place].isConcurrency()) {
                headers.put(prefix + "-Bucket", token(rules[place].bucketName()));
                headers.put(prefix + "-Limit", Long.toString(rules[place].amount()));
                headers.put(prefix + "-Remaining", Long.toString(remaining[place]));
                headers.put(prefix + "-Reset", Long.toString(resetSeconds(rules[place], counters[place], nowMillis)));
            }
        }
        if (settings.ietf() && !shown.isEmpty()) {
            headers.put("RateLimit-Policy", policies(rules));
            headers.put(
                    "RateLimit",
                    denying >= 0
                            ? rateLimit(rules, counters, remaining, List.of(denying), retryAfterSeconds, nowMillis)
                            : rateLimit(rules, counters, remaining, shown, Long.MAX_VALUE, nowMillis));
        }
        if (settings.retryAfter() && retryAfterSeconds > 0) {
            headers.put("Retry-After", Long.toString(retryAfterSeconds));
        }
        return Collections.unmodifiableMap(headers);
    }

    static Map<String, String> retryAfter(HeaderSettings settings, long retryAfterSeconds) {
        return settings.retryAfter() && retryAfterSeconds > 0
                ? Map.of("Retry-After", Long.toString(retryAfterSeconds))
                : Map.of();
    }

    static long remaining(CounterRule rule, Counter counter, long nowMillis) {
        return rule.isUnlimited() ? CounterRule.UNLIMITED : Math.max(0, rule.amount() - counter.used(rule, nowMillis));
    }

    static long resetSeconds(CounterRule rule, Counter counter, long nowMillis) {
        return ceilSeconds(counter.resetsAt(rule, nowMillis) - nowMillis);
    }

    static long ceilSeconds(long millis) {
        return millis <= 0 ? 0 : (millis - 1) / 1_000 + 1;
    }

    /** One place for each meter, in the order of the plan. Requests in flight are a meter of their own here. */
    private static List<Integer> mostConstrainedByMeter(CounterRule[] rules, long[] remaining) {
        Map<String, Integer> byMeter = new LinkedHashMap<>();
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].binds()) {
                String meter = (rules[i].isConcurrency() ? "\0" : "") + rules[i].meterId();
                @Nullable Integer best = byMeter.get(meter);
                if (best == null || isTighter(rules[i], remaining[i], rules[best], remaining[best])) {
                    byMeter.put(meter, i);
                }
            }
        }
        return new ArrayList<>(byMeter.values());
    }

    private static boolean isTighter(CounterRule rule, long remaining, CounterRule best, long bestRemaining) {
        int byShare = compareShares(remaining, rule.amount(), bestRemaining, best.amount());
        return byShare != 0 ? byShare < 0 : rule.spanMillis() > best.spanMillis();
    }

    /** Compares a/b with c/d exactly; a share of nothing is nothing. */
    static int compareShares(long a, long b, long c, long d) {
        if (b == 0 || d == 0) {
            return Boolean.compare(b != 0 && a > 0, d != 0 && c > 0);
        }
        int byHigh = Long.compare(Math.multiplyHigh(a, d), Math.multiplyHigh(c, b));
        return byHigh != 0 ? byHigh : Long.compareUnsigned(a * d, c * b);
    }

    private static String policies(CounterRule[] rules) {
        List<String> items = new ArrayList<>();
        for (CounterRule rule : rules) {
            if (rule.binds()) {
                StringBuilder item = new StringBuilder(policyName(rules, rule));
                item.append(";q=").append(Math.min(rule.amount(), MAX_INTEGER));
                if (rule.isConcurrency()) {
                    item.append(";qu=\"concurrent-requests\"");
                } else if (!rule.meterId().equals("requests")) {
                    item.append(";qu=").append(quoted(rule.meterId()));
                }
                if (rule.spanMillis() > 0) {
                    item.append(";w=").append(ceilSeconds(rule.spanMillis()));
                }
                items.add(item.toString());
            }
        }
        return String.join(", ", items);
    }

    private static String rateLimit(
            CounterRule[] rules,
            Counter[] counters,
            long[] remaining,
            List<Integer> places,
            long latestReset,
            long nowMillis) {
        List<String> items = new ArrayList<>();
        for (int place : places) {
            items.add(policyName(rules, rules[place])
                    + ";r=" + Math.min(remaining[place], MAX_INTEGER)
                    + ";t=" + Math.min(latestReset, resetSeconds(rules[place], counters[place], nowMillis)));
        }
        return String.join(", ", items);
    }

    /** The name of the bucket where only one limit has it, else the limit's id: names of policies are unique. */
    static String policyName(CounterRule[] rules, CounterRule rule) {
        boolean unique = Arrays.stream(rules)
                        .filter(other -> other.binds() && other.bucketName().equals(rule.bucketName()))
                        .count()
                == 1;
        return quoted(unique ? rule.bucketName() : rule.limitId());
    }

    /** A string of RFC 9651: printable ASCII between quotes; what is not printable becomes a question mark. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        token(text).chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append((char) c);
        });
        return quoted.append('"').toString();
    }

    /** Plans come from outside: what is not printable ASCII must not get into a header. */
    private static String token(String text) {
        StringBuilder clean = new StringBuilder();
        text.chars().forEach(c -> clean.append(c >= 0x20 && c < 0x7f ? (char) c : '?'));
        return clean.toString();
    }
}
