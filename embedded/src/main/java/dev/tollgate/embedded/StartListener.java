package dev.tollgate.embedded;

/**
 * Hears how far a stack has got with fetching and starting its parts. Called from several threads, at most a few times
 * per second and subject; what it throws stops the start.
 */
@FunctionalInterface
public interface StartListener {

    /** For whoever does not want to know. */
    StartListener NONE = (phase, subject, done, total) -> {};

    /**
     * @param subject what it is about: the software with its version while it is fetched, the part while it starts
     * @param done bytes, or for {@link Phase#START} 0 or 1
     * @param total of what {@code done} counts, -1 where it is not known; equal to {@code done} in a phase's last call
     */
    void update(Phase phase, String subject, long done, long total);

    /** In this order; the first three only where the cache lacks the software. */
    enum Phase {
        DOWNLOAD,
        VERIFY,
        UNPACK,
        START
    }
}
