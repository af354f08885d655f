package dev.tollgate.engine.output;

import dev.tollgate.planmodel.input.Violation;

/** Why a record cannot have happened or cannot be followed. The name travels with the dead letter. */
public enum RejectionReason {
    /** No event or command id. */
    MISSING_EVENT_ID,
    /** No account id. */
    MISSING_ACCOUNT_ID,
    /** No endpoint. */
    MISSING_ENDPOINT,
    /** An id or endpoint is longer than allowed. */
    FIELD_TOO_LONG,
    /**
     * An id or endpoint has control characters or is no Unicode text, or an optional id has invisible characters only.
     */
    INVALID_CHARACTERS,
    /** The event time lies further ahead of the append time than the allowed skew. */
    FUTURE_EVENT,
    /** A time before 1970 or after 9999. */
    INVALID_TIME,
    /** An outcome that this version does not know. */
    UNKNOWN_OUTCOME,
    /** A phase that this version does not know. */
    UNKNOWN_PHASE,
    /** A negative number of units, tokens or items. */
    NEGATIVE_UNITS,
    /** A number so large that exact sums could not be kept. */
    ARITHMETIC_OVERFLOW,
    /** A kind of command that this version does not know. */
    UNKNOWN_COMMAND,
    /**
     * An assignment to a plan that the catalog does not have at the effective date, or a correction of an event that
     * was charged by a version that the catalog has never had.
     */
    UNKNOWN_PLAN,
    /** An override of a limit that the plan in force does not have. */
    UNKNOWN_LIMIT,
    /** A correction of an event that is not known (any more). */
    UNKNOWN_EVENT,
    /** A correction whose new values are impossible. */
    INVALID_AMENDMENT,
    /** Another change of the same thing has the same effective date. */
    CONFLICTING_ASSIGNMENT,
    /** A suspension that ends before it begins. */
    INVALID_SUSPENSION,
    /** More scheduled or recent changes than an account can hold. */
    TOO_MANY_CHANGES;

    /** The reason that a broken rule of the contract has. */
    public static RejectionReason of(Violation violation) {
        return switch (violation.rule()) {
            case PRESENCE ->
                switch (violation.field()) {
                    case "account_id" -> MISSING_ACCOUNT_ID;
                    case "endpoint" -> MISSING_ENDPOINT;
                    default -> MISSING_EVENT_ID;
                };
            case LENGTH, COUNT -> FIELD_TOO_LONG;
            case UNICODE, CHARACTERS -> INVALID_CHARACTERS;
            case SIGN -> NEGATIVE_UNITS;
            case SYMBOL -> violation.field().equals("phase") ? UNKNOWN_PHASE : UNKNOWN_OUTCOME;
            case TIME_RANGE, AGE -> INVALID_TIME;
            case AHEAD -> FUTURE_EVENT;
        };
    }
}
