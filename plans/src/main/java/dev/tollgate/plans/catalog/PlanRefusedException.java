package dev.tollgate.plans.catalog;

import java.util.List;
import java.util.stream.Collectors;

/** Plans conflict with the catalog; nothing was written. Carries every conflict. */
public final class PlanRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Refusal> refusals;

    PlanRefusedException(List<Refusal> refusals) {
        super(refusals.stream().map(Refusal::toString).collect(Collectors.joining(System.lineSeparator())));
        this.refusals = List.copyOf(refusals);
    }

    /** Every conflict; at least one. */
    public List<Refusal> refusals() {
        return refusals;
    }
}
