package dev.tollgate.planmodel;

import java.util.List;

/** A plan contradicts itself. Carries every problem, not only the first. */
public final class InvalidPlanException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidPlanException(String planId, int version, List<String> problems) {
        super("plan " + planId + " version " + version + " has " + problems.size() + " problem(s): "
                + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, one sentence each, in the order of the plan. */
    public List<String> problems() {
        return problems;
    }
}
