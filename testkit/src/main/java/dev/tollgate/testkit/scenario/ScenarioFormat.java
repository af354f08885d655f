package dev.tollgate.testkit.scenario;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How scenarios put what follows, so that every way to run them says it with the same words. Times of the day on which
 * something happens are written without it.
 */
public final class ScenarioFormat {
    private static final String UNLIMITED = "unlimited";

    private final LocalDate day;

    /** @param nowMillis when that happens which something follows from */
    public ScenarioFormat(long nowMillis) {
        this.day = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
    }

    /**
     * {@code = counted}, {@code = 5 counted}, {@code = counted, late for rpm}, {@code = counted, costs credits 5,
     * requests 1}.
     *
     * @param lateLimits limits whose window was closed, separated by commas, or empty
     * @param costs costs by meter; null if they are not to be told
     */
    public static String verdict(String verdict, int times, String lateLimits, @Nullable Map<String, Long> costs) {
        String words = verdict.toLowerCase(Locale.ROOT).replace('_', ' ');
        String charged = costs == null
                ? ""
                : costs.isEmpty()
                        ? ", costs nothing"
                        : new TreeMap<>(costs)
                                .entrySet().stream()
                                        .map(cost -> cost.getKey() + " " + cost.getValue())
                                        .collect(Collectors.joining(", ", ", costs ", ""));
        return "= " + (times == 1 ? "" : times + " ") + words
                + (lateLimits.isEmpty() ? "" : ", late for " + lateLimits)
                + charged;
    }

    /** {@code = rejected: FUTURE_EVENT}. */
    public static String rejected(String reason) {
        return "= rejected: " + reason;
    }

    /**
     * {@code > alert: rpm has used 9 of 10 (90 % used)}.
     *
     * @param kind {@code alert}, {@code block}, {@code advice} or {@code cleared}
     * @param scopeKey project or key, or empty
     * @param amount null for unlimited
     * @param threshold the threshold in words; null for the full amount
     * @param untilMillis end of a block, or null
     * @param cause why something was cleared, or null
     */
    public String limit(
            String kind,
            String limitId,
            String scopeKey,
            long used,
            @Nullable Long amount,
            @Nullable String threshold,
            @Nullable Long untilMillis,
            @Nullable String cause) {
        return "> " + kind + ": " + limitId + (scopeKey.isEmpty() ? "" : " of " + scopeKey) + " has used " + used
                + " of "
                + (amount == null ? UNLIMITED : amount)
                + (threshold == null ? "" : " (" + threshold + ")")
                + (untilMillis == null ? "" : " until " + time(untilMillis))
                + (cause == null ? "" : ", " + cause.toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** {@code > total: rpm from 12:00 used 11 of 10}. */
    public String total(String limitId, String scopeKey, long windowStartMillis, long used, @Nullable Long amount) {
        return "> total: " + limitId + (scopeKey.isEmpty() ? "" : " of " + scopeKey) + " from "
                + time(windowStartMillis) + " used " + used + " of " + (amount == null ? UNLIMITED : amount);
    }

    /** {@code > plan is now mem version 1}. */
    public static String planChanged(String planId, int version) {
        return "> plan is now " + planId + " version " + version;
    }

    /** {@code > plan will be mem version 2 from 2026-07-01 00:00}. */
    public String planScheduled(String planId, int version, long fromMillis) {
        return "> plan will be " + planId + " version " + version + " from " + time(fromMillis);
    }

    /**
     * {@code > suspended until 08:05 (abuse)}, {@code > suspended until reinstated}.
     *
     * @param untilMillis null if there is no end
     */
    public String suspended(@Nullable Long untilMillis, @Nullable String reason) {
        return "> suspended until " + (untilMillis == null ? "reinstated" : time(untilMillis)) + because(reason);
    }

    /** {@code > rpm is now 100 (by agreement)}. */
    public static String overridden(String limitId, @Nullable Long amount, @Nullable String reason) {
        return "> " + limitId + " is now " + (amount == null ? UNLIMITED : amount) + because(reason);
    }

    /** {@code > reinstated}, {@code > exempt (load test)}. */
    public static String changed(String what, @Nullable String reason) {
        return "> " + what + because(reason);
    }

    /**
     * {@code ? denied 429 RATE_LIMITED by requests-per-minute, retry after 12 s}, {@code ? denied 403 SUSPENDED}.
     *
     * @param limitId the limit that denies the call, or null
     * @param retryAfterSeconds 0 for none
     */
    public static String denied(int status, String reason, @Nullable String limitId, long retryAfterSeconds) {
        return "? denied " + status + " " + reason
                + (limitId == null ? "" : " by " + limitId)
                + (retryAfterSeconds == 0 ? "" : ", retry after " + retryAfterSeconds + " s");
    }

    /** {@code ? X-RateLimit-Limit: 100}. */
    public static String header(String name, String value) {
        return "? " + name + ": " + value;
    }

    /** {@code 12:00:01.340}; with the date before it if that is another day. */
    public String time(long millis) {
        LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
        return (time.toLocalDate().equals(day) ? "" : time.toLocalDate() + " ") + time.toLocalTime();
    }

    private static String because(@Nullable String reason) {
        return reason == null ? "" : " (" + reason + ")";
    }
}
