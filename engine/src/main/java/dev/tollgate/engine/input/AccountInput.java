package dev.tollgate.engine.input;

import org.jspecify.annotations.Nullable;

/**
 * A command about an account, as it was read from the log. Commands are idempotent: the same command again changes
 * nothing.
 *
 * @param commandId identifies the command in everything that follows from it
 * @param accountId whose account
 * @param effectiveAtMillis from when on the change holds, in event time; may lie ahead (scheduled) or behind
 * @param appendedAtMillis when the log took the record, milliseconds since the epoch
 * @param reason why, in words, or null
 * @param actor who asked for it, or null
 * @param change what changes
 * @param position where the record stands in the log
 */
public record AccountInput(
        @Nullable String commandId,
        @Nullable String accountId,
        long effectiveAtMillis,
        long appendedAtMillis,
        @Nullable String reason,
        @Nullable String actor,
        AccountChange change,
        Position position)
        implements Input {}
