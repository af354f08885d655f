package dev.tollgate.gateway.event;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with an event.
 *
 * @param pointer where in the body, as a JSON pointer in URI fragment form, for example {@code #/3/account_id} (RFC
 *     6901, section 6); in JSON lines it begins at the line; null where the place is a header or the whole
 * @param header the HTTP header that holds it, for CloudEvents in binary mode; null otherwise
 * @param detail what is allowed and what was found, one sentence
 */
public record EventProblem(
        @Nullable String pointer, @Nullable String header, String detail) {
    static EventProblem at(String pointer, String detail) {
        return new EventProblem("#" + pointer, null, detail);
    }

    static EventProblem inHeader(String header, String detail) {
        return new EventProblem(null, header, detail);
    }

    /** A problem of the whole event. */
    public static EventProblem ofEvent(String detail) {
        return new EventProblem(null, null, detail);
    }

    /**
     * Where something stands, as in a problem.
     *
     * @param pointer null where it is a header
     * @param header null where it is in the body
     */
    public record Place(@Nullable String pointer, @Nullable String header) {
        static Place at(String pointer) {
            return new Place("#" + pointer, null);
        }

        static Place inHeader(String header) {
            return new Place(null, header);
        }

        /** What is wrong there. */
        public EventProblem problem(String detail) {
            return new EventProblem(pointer, header, detail);
        }
    }
}
