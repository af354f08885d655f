package dev.tollgate.gate;

import org.jspecify.annotations.Nullable;

/**
 * A call that is about to be served.
 *
 * @param accountId who pays
 * @param projectId which project acts, or null
 * @param apiKeyId id of the API key used (never the secret), or null
 * @param endpoint what is called, as the plan's cost table names it: {@code POST /v2/mem-it}, {@code addMessage}
 * @param units size in the meter's units, 0 or more, or {@link #UNKNOWN}, which counts as one unit
 * @param inputTokens size of the input for per-call caps, 0 or more, or {@link #UNKNOWN}, which is within every cap
 * @param outputItems number of results asked for, 0 or more, or {@link #UNKNOWN}, which is within every cap
 */
public record Call(
        String accountId,
        @Nullable String projectId,
        @Nullable String apiKeyId,
        String endpoint,
        long units,
        long inputTokens,
        long outputItems) {
    /** Stands for a size that is not known before the call. */
    public static final long UNKNOWN = -1;

    /** A call of the account as a whole, of one unit. */
    public static Call of(String accountId, String endpoint) {
        return new Call(accountId, null, null, endpoint, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    public Call withProject(@Nullable String projectId) {
        return new Call(accountId, projectId, apiKeyId, endpoint, units, inputTokens, outputItems);
    }

    public Call withApiKey(@Nullable String apiKeyId) {
        return new Call(accountId, projectId, apiKeyId, endpoint, units, inputTokens, outputItems);
    }

    public Call withUnits(long units) {
        return new Call(accountId, projectId, apiKeyId, endpoint, units, inputTokens, outputItems);
    }

    public Call withInputTokens(long inputTokens) {
        return new Call(accountId, projectId, apiKeyId, endpoint, units, inputTokens, outputItems);
    }

    public Call withOutputItems(long outputItems) {
        return new Call(accountId, projectId, apiKeyId, endpoint, units, inputTokens, outputItems);
    }
}
