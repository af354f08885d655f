package dev.tollgate.streams.topology;

import dev.tollgate.engine.input.Position;
import dev.tollgate.streams.store.Agenda;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says plan records that cannot be used as dead letters. One task of the application does, since every instance reads all plans;
 * up to where it has, is in a store of the task, so that a record is said once however often the plans are read again.
 */
final class RefusedPlans {
    private final PlanCatalogue plans;
    private final Agenda agenda;
    private final Emitter emitter;

    /** The newest record that was looked at. */
    private PlanCatalogue.@Nullable Refused last;

    RefusedPlans(PlanCatalogue plans, Agenda agenda, Emitter emitter) {
        this.plans = plans;
        this.agenda = agenda;
        this.emitter = emitter;
    }

    /** Says what is new. */
    void say() {
        List<PlanCatalogue.Refused> all = plans.refused();
        if (all.isEmpty() || all.getLast() == last) {
            return;
        }
        last = all.getLast();
        for (PlanCatalogue.Refused refused : all) {
            Position position = refused.input().position();
            if (position.offset() > agenda.lastRefusedPlan(position.partition())) {
                emitter.deadLetter(refused.input(), refused.reason(), refused.detail(), null, null);
                agenda.lastRefusedPlan(position.partition(), position.offset());
            }
        }
    }
}
