package dev.tollgate.schemas.config;

import java.util.List;

/** A configuration with which nothing can start. Lists every problem, each with key, value and what is allowed. */
public final class InvalidSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public InvalidSettingsException(List<String> problems) {
        super(problems.size() + (problems.size() == 1 ? " problem" : " problems") + " in the configuration:\n  - "
                + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence a problem, in the order in which the keys were read. */
    public List<String> problems() {
        return problems;
    }
}
