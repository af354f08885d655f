package dev.tollgate.publisher;

import dev.tollgate.planmodel.input.Violation;

/**
 * Why an event was rejected before anything was done with it. Publishing the same event again would be rejected again.
 */
public enum EventRejectionReason {
    /** The account id is missing, blank, or made of invisible characters only. */
    ACCOUNT_MISSING,
    /** The endpoint is missing, blank, or made of invisible characters only. */
    ENDPOINT_MISSING,
    /** A text is longer than the contract allows. */
    TEXT_TOO_LONG,
    /** An id or endpoint has control characters, or a project or key id has invisible characters only. */
    CHARACTERS_NOT_ALLOWED,
    /** More than 16 attributes. */
    TOO_MANY_ATTRIBUTES,
    /** Units, tokens, items or duration below zero. */
    NUMBER_NEGATIVE,
    /** The event time is not representable in milliseconds since the epoch, or before 1970. */
    TIME_OUT_OF_RANGE,
    /** The event time lies further back than {@code events.max-age}. */
    TOO_OLD,
    /** The event time lies further ahead than {@code events.max-ahead}. */
    TOO_FAR_AHEAD,
    /** Phase or outcome is {@code UNKNOWN}, which is a reader's word and never a publisher's. */
    SYMBOL_UNKNOWN,
    /**
     * The event is null, has a blank event id or attribute name or a text that is not Unicode, or cannot be encoded;
     * the detail says which.
     */
    MALFORMED;

    /** The reason that a broken rule of the contract is counted under. */
    static EventRejectionReason of(Violation violation) {
        return switch (violation.rule()) {
            case PRESENCE ->
                switch (violation.field()) {
                    case "account_id" -> ACCOUNT_MISSING;
                    case "endpoint" -> ENDPOINT_MISSING;
                    default -> MALFORMED;
                };
            case LENGTH -> TEXT_TOO_LONG;
            case CHARACTERS -> CHARACTERS_NOT_ALLOWED;
            case UNICODE -> MALFORMED;
            case SIGN -> NUMBER_NEGATIVE;
            case SYMBOL -> SYMBOL_UNKNOWN;
            case TIME_RANGE -> TIME_OUT_OF_RANGE;
            case AHEAD -> TOO_FAR_AHEAD;
            case AGE -> TOO_OLD;
            case COUNT -> TOO_MANY_ATTRIBUTES;
        };
    }
}
