package dev.tollgate.engine;

import org.jspecify.annotations.Nullable;

/**
 * What is the same for all accounts.
 *
 * @param allowedSkewMillis how far an event time may lie ahead of its append time, 0 to 24 h; default 60 s
 * @param dedupeHorizonMillis how far back in event time the same event id is recognised, 1 min to 400 d; default 24 h.
 *     Older events are late, and cannot be corrected.
 * @param defaultPlanId plan of accounts that were never assigned one; null for the built-in plan {@code none}
 * @param maxScopeKeysPerLimit how many projects or API keys of one account a limit tells apart, 1 to 100,000; default
 *     10,000. Further ones share the key {@code *}, so that made-up ids cannot grow the state without bound.
 */
public record EngineSettings(
        long allowedSkewMillis,
        long dedupeHorizonMillis,
        @Nullable String defaultPlanId,
        int maxScopeKeysPerLimit) {

    private static final long DAY_MILLIS = 86_400_000L;

    public EngineSettings {
        requireRange("allowedSkewMillis", allowedSkewMillis, 0, DAY_MILLIS);
        requireRange("dedupeHorizonMillis", dedupeHorizonMillis, 60_000L, 400 * DAY_MILLIS);
        requireRange("maxScopeKeysPerLimit", maxScopeKeysPerLimit, 1, 100_000);
    }

    public static EngineSettings defaults() {
        return new EngineSettings(60_000L, DAY_MILLIS, null, 10_000);
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + " to " + max + ", was " + value);
        }
    }
}
