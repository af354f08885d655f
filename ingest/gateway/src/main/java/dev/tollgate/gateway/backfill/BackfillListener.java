package dev.tollgate.gateway.backfill;

import java.nio.file.Path;

/** Hears how a backfill gets on; called on its thread. */
public interface BackfillListener {
    /** Hears nothing. */
    BackfillListener SILENT = new BackfillListener() {};

    /**
     * After each batch that Kafka confirmed, and at the end of each file.
     *
     * @param bytesRead of the file as it lies on disk, compressed or not
     * @param bytesTotal of the same
     * @param published events confirmed so far, of all files
     */
    default void onProgress(Path file, long bytesRead, long bytesTotal, long published) {}

    /**
     * A record that is no event.
     *
     * @param line of the decompressed file, from 1; that of its beginning if it spans several
     */
    default void onBadRecord(Path file, long line, String detail) {}

    /** A file, or the beginning of one, that an earlier run has published. */
    default void onSkipped(Path file, long bytes) {}
}
