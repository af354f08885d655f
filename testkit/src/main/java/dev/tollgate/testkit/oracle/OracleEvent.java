package dev.tollgate.testkit.oracle;

import org.jspecify.annotations.Nullable;

/**
 * A request event as the oracle sees it.
 *
 * @param id event id
 * @param account account id
 * @param project project id or null
 * @param apiKey API key id or null
 * @param endpoint what was called
 * @param occurredAtMillis event time
 * @param appendedAtMillis when the log took it; {@link Long#MAX_VALUE} if that is known not to matter
 * @param started whether this is the start of a call, not its end
 * @param outcome name of the outcome, {@code SUCCESS} for success
 * @param units size of the call, or null
 * @param inputTokens input size, or null
 * @param outputItems output size, or null
 */
public record OracleEvent(
        String id,
        String account,
        @Nullable String project,
        @Nullable String apiKey,
        String endpoint,
        long occurredAtMillis,
        long appendedAtMillis,
        boolean started,
        String outcome,
        @Nullable Long units,
        @Nullable Long inputTokens,
        @Nullable Long outputItems) {
    /** The same event, with both times moved. */
    OracleEvent moved(long occurredByMillis, long appendedByMillis) {
        return new OracleEvent(
                id,
                account,
                project,
                apiKey,
                endpoint,
                occurredAtMillis + occurredByMillis,
                appendedAtMillis + appendedByMillis,
                started,
                outcome,
                units,
                inputTokens,
                outputItems);
    }
}
