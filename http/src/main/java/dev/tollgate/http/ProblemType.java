package dev.tollgate.http;

import java.util.Locale;

/**
 * A kind of problem that answers name (RFC 9457), with its HTTP status. {@link CommonProblem} has those that every
 * server knows; a server adds its own as an enum that implements this.
 */
public interface ProblemType {
    /** In upper case with underscores, unique among all servers; an enum's constant has it by itself. */
    String name();

    /** From 400 to 599. */
    int status();

    /** One short sentence without a full stop, the same for each occurrence. */
    String title();

    /** {@code urn:tollgate:problem:} and the name in kebab-case. */
    default String uri() {
        return "urn:tollgate:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
