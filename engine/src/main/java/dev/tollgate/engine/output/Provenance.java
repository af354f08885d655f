package dev.tollgate.engine.output;

import dev.tollgate.engine.input.Position;
import org.jspecify.annotations.Nullable;

/**
 * Where a limit event comes from.
 *
 * @param id the same on every replay: depends on what happened, never on version, partition or clock
 * @param accountId whose
 * @param version monotonic per account
 * @param cause why
 * @param planId plan in force
 * @param planVersion version in force
 * @param sourceId id of the event or command that caused it; null if time did
 * @param position where that record stands in the log; null if time did
 * @param eventTimeMillis when it happened, in event time
 * @param decidedAtMillis append time of the record that caused it, or the time of the tick
 * @param reason reason given with the command, or null
 * @param actor who gave the command, or null
 */
public record Provenance(
        String id,
        String accountId,
        long version,
        LimitEvent.Cause cause,
        String planId,
        int planVersion,
        @Nullable String sourceId,
        @Nullable Position position,
        long eventTimeMillis,
        long decidedAtMillis,
        @Nullable String reason,
        @Nullable String actor) {}
