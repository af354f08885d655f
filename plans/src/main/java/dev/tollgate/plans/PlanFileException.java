package dev.tollgate.plans;

import java.util.List;
import java.util.stream.Collectors;

/** A plan file cannot be used. Carries every problem that was found, in the order of the file. */
public final class PlanFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<PlanProblem> problems;

    PlanFileException(String file, List<PlanProblem> problems) {
        super(problems.stream()
                .map(PlanProblem::toString)
                .collect(Collectors.joining(
                        System.lineSeparator(),
                        file + " has " + problems.size() + (problems.size() == 1 ? " problem:" : " problems:")
                                + System.lineSeparator(),
                        "")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong; at least one. */
    public List<PlanProblem> problems() {
        return problems;
    }
}
