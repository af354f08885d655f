package dev.tollgate.streams.plan;

/**
 * A plan record that cannot be used.
 *
 * @param reason a constant whose name travels with the dead letter
 */
public record RejectedPlan(CatalogRecord record, Enum<?> reason, String detail) {}
