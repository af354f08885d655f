package dev.tollgate.publisher.spool;

import java.nio.file.Path;

/**
 * Where a spool is and how large it may become.
 *
 * @param folder of this process alone; created if missing
 * @param maxBytes of all segment files together; at least two segments
 * @param segmentBytes after which a new segment is begun; space is freed by whole segments
 * @param sync when data is forced to the disk
 * @param overflow what gives way when {@code maxBytes} is reached
 * @param headroomBytes at the beginning of each payload, which are not kept and are zero when read
 */
public record SpoolConfig(
        Path folder, long maxBytes, long segmentBytes, SyncPolicy sync, OverflowPolicy overflow, int headroomBytes) {
    /** The least size of a segment. */
    public static final long MIN_SEGMENT_BYTES = 64 << 10;

    public SpoolConfig {
        if (segmentBytes < MIN_SEGMENT_BYTES) {
            throw new IllegalArgumentException(
                    "segmentBytes must be >= " + MIN_SEGMENT_BYTES + ", was " + segmentBytes);
        }
        if (maxBytes < 2 * segmentBytes) {
            throw new IllegalArgumentException(
                    "maxBytes must be at least two segments of " + segmentBytes + " bytes, was " + maxBytes);
        }
        if (headroomBytes < 0) {
            throw new IllegalArgumentException("headroomBytes must be >= 0, was " + headroomBytes);
        }
    }
}
