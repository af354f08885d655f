package dev.tollgate.notify.status;

/** What a record of the log is to an endpoint. */
public enum EventFate {
    /** It is sent. */
    TAKEN,
    /** The endpoint does not want it. */
    FILTERED,
    /** It was done before a restart. */
    DONE,
    /** It cannot be decoded. */
    UNDECODABLE
}
