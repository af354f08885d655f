package dev.tollgate.gate;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.event.DeliveryListener;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A call for which the gate was asked and that says when it is over, from {@link Gate#begin}. Until then it is known to
 * be in flight: it holds a place of concurrency limits, and counts as not yet published. Safe for use by several
 * threads.
 */
public final class Permit {
    private final Decision decision;
    private final Ending ending;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** What the end of the call changes. */
    interface Ending {
        /** @param tracked whether somebody will tell what becomes of the event */
        DeliveryListener end(Outcome outcome, boolean tracked);
    }

    Permit(Decision decision, Ending ending) {
        this.decision = decision;
        this.ending = ending;
    }

    /** The answer. Of a denied call nothing has been counted. */
    public Decision decision() {
        return decision;
    }

    /**
     * The call is over. Where the plan does not charge the outcome, what was counted is given back at once. The first
     * call counts; further ones, and those on a denied permit, change nothing. Never throws.
     */
    public void end(Outcome outcome) {
        if (ended.compareAndSet(false, true)) {
            ending.end(outcome, false);
        }
    }

    /**
     * As {@link #end}, where the publisher of the call's event is in this process: the gate then knows exactly which
     * snapshots contain the call, instead of estimating it.
     *
     * <pre>{@code
     * publisher.publish(UsageCall.of("acme", "/v2/mem-it").onDelivery(permit.endPublished(Outcome.SUCCESS)));
     * }</pre>
     *
     * <p>The call counts as contained in no snapshot until the listener is told otherwise, at the longest until its
     * window is over (of a leaky bucket or sliding window: two of its periods). So whoever takes the listener has to
     * publish the event with it, or tell it himself.
     *
     * @return to be given to the publisher with the event; one that does nothing if there is nothing to be told, such
     *     as for an outcome that is not charged
     */
    public DeliveryListener endPublished(Outcome outcome) {
        return ended.compareAndSet(false, true) ? ending.end(outcome, true) : DeliveryListener.NONE;
    }
}
