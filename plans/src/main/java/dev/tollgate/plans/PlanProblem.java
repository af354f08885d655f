package dev.tollgate.plans;

import dev.tollgate.plans.yaml.Location;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, or doubtful, in a plan file.
 *
 * <p>Example: {@code plans/mem.yaml:17:21: plans[0].versions[0].limits[2].amount must be a whole number from 0 to
 * 1000000000000000 or unlimited, was 'many'}.
 *
 * @param severity whether the file can be used all the same
 * @param file name of the file as it was given
 * @param location line and column
 * @param path which value, such as {@code plans[0].id}; empty for the whole file
 * @param rule what is allowed, as the rest of a sentence that begins with the path
 * @param value what is there, ready to print; null where nothing is
 */
public record PlanProblem(
        Severity severity,
        String file,
        Location location,
        String path,
        String rule,
        @Nullable String value) {

    /** How bad it is. */
    public enum Severity {
        /** The file is rejected. */
        ERROR,
        /** The file can be used, but probably does not say what was meant. */
        WARNING
    }

    /** {@code file:line:column: path rule, was value}; warnings begin with {@code warning: } after the position. */
    @Override
    public String toString() {
        return file + ":" + location.line() + ":" + location.column() + ": "
                + (severity == Severity.WARNING ? "warning: " : "")
                + (path.isEmpty() ? "the file" : path) + " " + rule + (value == null ? "" : ", was " + value);
    }
}
