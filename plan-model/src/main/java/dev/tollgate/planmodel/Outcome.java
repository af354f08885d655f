package dev.tollgate.planmodel;

/** How a request ended. A plan says which outcomes it charges; by default only {@link #SUCCESS}. */
public enum Outcome {
    /** The call did what it was asked to. */
    SUCCESS,
    /** The caller could not be authenticated or was not allowed to call. */
    AUTH_FAILED,
    /** The request was malformed or had impossible parameters. */
    INVALID,
    /** The call was denied because of a limit. */
    LIMITED,
    /** The service failed. */
    SERVER_ERROR,
    /** A symbol that this version does not know. Never charged: such an event is rejected. */
    UNKNOWN
}
