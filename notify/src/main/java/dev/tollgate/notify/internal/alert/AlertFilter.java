package dev.tollgate.notify.internal.alert;

import dev.tollgate.schemas.avro.LimitEventKind;
import org.jspecify.annotations.Nullable;

/** Which alerts an endpoint gets. */
@FunctionalInterface
public interface AlertFilter {
    /**
     * Whether an alert is one of them.
     *
     * @param limit null where the alert is about no limit
     * @param thresholdBasisPoints null where it is about no threshold, as for the full amount
     */
    boolean passes(
            LimitEventKind kind,
            String plan,
            String account,
            @Nullable String limit,
            @Nullable Integer thresholdBasisPoints);
}
