package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.Provenance;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.PlanVersion;

/**
 * One input on its way through the engine, with everything that it may touch. An engine uses the same object again for
 * the next input, so that a plain event leaves nothing behind but its journal entry.
 */
public final class Transition {
    Account state;
    Input input;
    PlanCatalog plans;
    EventIndex index;
    Outputs out;

    public Transition(Account state, Input input, PlanCatalog plans, EventIndex index, Outputs out) {
        this.state = state;
        this.input = input;
        this.plans = plans;
        this.index = index;
        this.out = out;
    }

    /** Makes this the transition of another input. */
    public void begin(Account state, Input input, PlanCatalog plans, EventIndex index, Outputs out) {
        this.state = state;
        this.input = input;
        this.plans = plans;
        this.index = index;
        this.out = out;
    }

    void reject(RejectionReason reason, String detail) {
        out.rejected(reason, detail);
    }

    /** The provenance of the next limit event, which gives the account its next version. */
    Provenance provenance(String limitEventId, PlanVersion plan, Origin origin) {
        return new Provenance(
                limitEventId,
                state.accountId(),
                state.nextVersion(),
                origin.cause(),
                plan.planId(),
                plan.version(),
                origin.sourceId(),
                origin.position(),
                origin.eventTimeMillis(),
                decidedAtMillis(),
                origin.reason(),
                origin.actor());
    }

    /** When what follows from the input was decided: its append time, or the time of the tick. */
    long decidedAtMillis() {
        return switch (input) {
            case RequestInput request -> request.appendedAtMillis();
            case AccountInput command -> command.appendedAtMillis();
            case Tick tick -> tick.nowMillis();
        };
    }
}
