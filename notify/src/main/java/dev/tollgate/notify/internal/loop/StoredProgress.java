package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.lane.LaneProgress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a partition of {@code notify-progress} says of one endpoint.
 *
 * @param accounts how far they have come
 * @param disabledUrlHash hash of the URL for which the endpoint is switched off; null if it is not; only in partition 0
 */
public record StoredProgress(
        Map<String, LaneProgress> accounts, @Nullable String disabledUrlHash) {
    public StoredProgress {
        accounts = Map.copyOf(accounts);
    }
}
