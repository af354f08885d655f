package dev.tollgate.publisher;

import dev.tollgate.schemas.avro.RequestEvent;
import org.jspecify.annotations.Nullable;

/**
 * Told about every event that will not arrive. Without a listener the same is logged, at most once in ten seconds per
 * reason.
 *
 * <p>{@link #rejected} and the drops of {@code publish} run on the publishing thread, the other drops on the
 * publisher's own: both must be quick. What they throw is caught and logged.
 */
public interface PublisherListener {
    /** Does nothing beyond what is counted and logged anyway. */
    PublisherListener NONE = new PublisherListener() {};

    /**
     * An event was rejected.
     *
     * @param event as it was given; null only for {@link EventRejectionReason#MALFORMED}
     * @param detail field, value and allowed range, in words
     */
    default void rejected(@Nullable RequestEvent event, EventRejectionReason reason, String detail) {}

    /**
     * Events were given up.
     *
     * @param count at least 1
     */
    default void dropped(DropReason reason, long count) {}
}
