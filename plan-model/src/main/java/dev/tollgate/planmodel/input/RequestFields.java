package dev.tollgate.planmodel.input;

import org.jspecify.annotations.Nullable;

/** The fields of a request event that count, as somebody has written them. Nothing about them is known. */
public interface RequestFields {
    /** Identity within the account. */
    @Nullable
    String eventId();

    /** Who pays. */
    @Nullable
    String accountId();

    /** For which project, or null. */
    @Nullable
    String projectId();

    /** With which key, or null. */
    @Nullable
    String apiKeyId();

    /** What was called. */
    @Nullable
    String endpoint();

    /** Event time, milliseconds since the epoch. */
    long occurredAtMillis();

    /** Whether the phase is one that this version knows. */
    boolean isPhaseKnown();

    /** Whether the outcome is one that this version knows. */
    boolean isOutcomeKnown();

    /** Size in units, or null. */
    @Nullable
    Long units();

    /** Input size, or null. */
    @Nullable
    Long inputTokens();

    /** Output size, or null. */
    @Nullable
    Long outputItems();
}
