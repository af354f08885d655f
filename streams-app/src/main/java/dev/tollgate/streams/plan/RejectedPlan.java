package dev.tollgate.streams.plan;

import dev.tollgate.streams.translate.DeadLetterReason;

/**
 * A plan record that cannot be used.
 *
 * @param reason goes with the dead letter
 */
public record RejectedPlan(CatalogRecord record, DeadLetterReason reason, String detail) {}
