package dev.tollgate.gate.http;

import dev.tollgate.gate.Permit;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.event.DeliverySlot;
import org.jspecify.annotations.Nullable;

/** How a request ended, by its response status: the same as the publisher's filters say. */
public final class Outcomes {
    private Outcomes() {}

    /**
     * 401 and 403 are {@code AUTH_FAILED}, 429 is {@code LIMITED}, other 4xx are {@code INVALID}, 5xx are
     * {@code SERVER_ERROR}, everything else is {@code SUCCESS}.
     */
    public static Outcome ofStatus(int status) {
        if (status == 401 || status == 403) {
            return Outcome.AUTH_FAILED;
        }
        if (status == 429) {
            return Outcome.LIMITED;
        }
        if (status >= 500) {
            return Outcome.SERVER_ERROR;
        }
        return status >= 400 ? Outcome.INVALID : Outcome.SUCCESS;
    }

    /**
     * Ends the permit of a request.
     *
     * @param slot what the publisher's filter has opened for the request; null if it has none
     */
    public static void end(Permit permit, Outcome outcome, @Nullable DeliverySlot slot) {
        if (slot == null) {
            permit.end(outcome);
        } else {
            slot.put(permit.endPublished(outcome));
        }
    }
}
