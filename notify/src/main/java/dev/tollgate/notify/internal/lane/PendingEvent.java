package dev.tollgate.notify.internal.lane;

import org.jspecify.annotations.Nullable;

/**
 * An event that waits for its turn.
 *
 * @param partition where it stands in the log
 * @param offset its position there
 * @param account whose lane it belongs to
 * @param version its place within the account; rising, not without gaps
 * @param id the same on each attempt
 * @param clears id of the event whose end it says; null for none
 * @param appendedAtMillis when the log took it
 * @param payload what is sent
 * @param <P> of the payload
 */
public record PendingEvent<P>(
        int partition,
        long offset,
        String account,
        long version,
        String id,
        @Nullable String clears,
        long appendedAtMillis,
        P payload) {}
