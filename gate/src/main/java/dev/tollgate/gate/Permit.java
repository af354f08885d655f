package dev.tollgate.gate;

import dev.tollgate.schemas.avro.Outcome;
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
        void end(Outcome outcome);
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
            ending.end(outcome);
        }
    }
}
