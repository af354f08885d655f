package dev.tollgate.testkit.scenario;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How scenarios put what follows, so that every way to run them says it with the same words. */
public final class ScenarioWords {
    private ScenarioWords() {}

    /** {@code = 5 counted}, {@code = counted}, {@code = counted, late for rpm}. */
    public static String verdict(String verdict, int times, String lateLimits) {
        String words = verdict.toLowerCase(Locale.ROOT).replace('_', ' ');
        return "= " + (times == 1 ? "" : times + " ") + words
                + (lateLimits.isEmpty() ? "" : ", late for " + lateLimits);
    }

    /** {@code = refused: FUTURE_EVENT}. */
    public static String refused(String reason) {
        return "= refused: " + reason;
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
    public static String limit(
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
                + (amount == null ? "unlimited" : amount)
                + (threshold == null ? "" : " (" + threshold + ")")
                + (untilMillis == null ? "" : " until " + time(untilMillis))
                + (cause == null ? "" : ", " + cause.toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** {@code > total: rpm 12:00 used 11 of 10}. */
    public static String total(
            String limitId, String scopeKey, long windowStartMillis, long used, @Nullable Long amount) {
        return "> total: " + limitId + (scopeKey.isEmpty() ? "" : " of " + scopeKey) + " from "
                + time(windowStartMillis) + " used " + used + " of " + (amount == null ? "unlimited" : amount);
    }

    /** {@code 12:00:01.340}; {@code ever} if there is no end. */
    public static String time(long millis) {
        if (millis == Long.MAX_VALUE) {
            return "ever";
        }
        return LocalTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC).toString();
    }
}
