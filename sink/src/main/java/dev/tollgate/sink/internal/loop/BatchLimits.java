package dev.tollgate.sink.internal.loop;

import java.time.Duration;

/**
 * When a batch is written.
 *
 * @param maxRows at this many records, and never more
 * @param maxBytes at this many bytes of keys and values; more only if a single record is larger
 * @param maxDelay when its oldest record has waited so long
 */
public record BatchLimits(int maxRows, long maxBytes, Duration maxDelay) {}
