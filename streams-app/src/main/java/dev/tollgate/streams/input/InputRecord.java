package dev.tollgate.streams.input;

import dev.tollgate.engine.input.Position;
import org.jspecify.annotations.Nullable;

/**
 * A record as it stands in an input topic.
 *
 * @param position where
 * @param appendedAtMillis when the log took it, milliseconds since the epoch
 * @param key its bytes, or null
 * @param value its bytes, or null
 */
// Lives for one call and is never compared: arrays as they are.
@SuppressWarnings("ArrayRecordComponent")
public record InputRecord(Position position, long appendedAtMillis, byte @Nullable [] key, byte @Nullable [] value) {}
