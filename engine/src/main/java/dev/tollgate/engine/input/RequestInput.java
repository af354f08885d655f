package dev.tollgate.engine.input;

import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.input.RequestFields;
import org.jspecify.annotations.Nullable;

/**
 * A request event as it was read from the log. Nothing is checked here: the engine rejects what is missing or
 * impossible and names the reason.
 *
 * @param eventId unique per account; the same id again within the dedupe horizon is a duplicate. The {@code STARTED}
 *     and {@code COMPLETED} events of one call share their id.
 * @param accountId who pays
 * @param projectId the project that the call was made for, or null
 * @param apiKeyId the id (never the secret) of the key that was used, or null
 * @param endpoint what was called, for example {@code POST /v2/mem-it} or {@code addMessage}
 * @param occurredAtMillis event time, milliseconds since the epoch
 * @param phase start or end of the call
 * @param outcome how the call ended
 * @param units size of the call for cost tables that charge per unit (chunks of an import); null counts as 1
 * @param inputTokens input size for per-call caps, or null
 * @param outputItems output size for per-call caps, or null
 * @param appendedAtMillis when the log took the record, milliseconds since the epoch
 * @param position where the record stands in the log
 * @param annotations what was said for reports only
 */
public record RequestInput(
        @Nullable String eventId,
        @Nullable String accountId,
        @Nullable String projectId,
        @Nullable String apiKeyId,
        @Nullable String endpoint,
        long occurredAtMillis,
        Phase phase,
        Outcome outcome,
        @Nullable Long units,
        @Nullable Long inputTokens,
        @Nullable Long outputItems,
        long appendedAtMillis,
        Position position,
        Annotations annotations)
        implements Input, RequestFields {

    @Override
    public boolean isPhaseKnown() {
        return phase != Phase.UNKNOWN;
    }

    @Override
    public boolean isOutcomeKnown() {
        return outcome != Outcome.UNKNOWN;
    }

    /** An event about which nothing was said for reports. */
    public RequestInput(
            @Nullable String eventId,
            @Nullable String accountId,
            @Nullable String projectId,
            @Nullable String apiKeyId,
            @Nullable String endpoint,
            long occurredAtMillis,
            Phase phase,
            Outcome outcome,
            @Nullable Long units,
            @Nullable Long inputTokens,
            @Nullable Long outputItems,
            long appendedAtMillis,
            Position position) {
        this(
                eventId,
                accountId,
                projectId,
                apiKeyId,
                endpoint,
                occurredAtMillis,
                phase,
                outcome,
                units,
                inputTokens,
                outputItems,
                appendedAtMillis,
                position,
                Annotations.none());
    }
}
