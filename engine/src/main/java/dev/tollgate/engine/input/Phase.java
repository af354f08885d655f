package dev.tollgate.engine.input;

/** Which end of a call an event reports. */
public enum Phase {
    /** The call has ended: it is charged. Services that do not report starts only ever send this. */
    COMPLETED,
    /** The call has begun: it takes a slot of concurrency limits and charges nothing. */
    STARTED,
    /** A symbol that this version does not know: such an event is rejected. */
    UNKNOWN
}
