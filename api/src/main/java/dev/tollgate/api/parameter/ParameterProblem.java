package dev.tollgate.api.parameter;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a request's parameters.
 *
 * @param parameter as it was written, or would have to be
 * @param value what was found; null if it is missing
 * @param allowed what may stand there, as the end of "must be ..."
 */
public record ParameterProblem(String parameter, @Nullable String value, String allowed) {
    private static final int MAX_SHOWN = 100;

    /** A sentence: {@code limit must be a whole number from 1 to 1000, was '0'}. */
    public String detail() {
        if (value == null) {
            return parameter + " is missing: it must be " + allowed;
        }
        return parameter + " must be " + allowed + ", was '" + shown(value) + "'";
    }

    /** The value, cut off where it is long. */
    static String shown(String value) {
        return value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "...";
    }
}
