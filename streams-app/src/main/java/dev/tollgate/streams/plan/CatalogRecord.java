package dev.tollgate.streams.plan;

import dev.tollgate.engine.input.Position;
import org.jspecify.annotations.Nullable;

/**
 * A record as it stands in {@code plan-catalog}.
 *
 * @param position where
 * @param appendedAtMillis when the log took it, milliseconds since the epoch
 * @param key its bytes, or null
 * @param value its bytes, or null
 */
// Lives for one call, or until it is a dead letter, and is never compared: arrays as they are.
@SuppressWarnings("ArrayRecordComponent")
public record CatalogRecord(Position position, long appendedAtMillis, byte @Nullable [] key, byte @Nullable [] value) {}
