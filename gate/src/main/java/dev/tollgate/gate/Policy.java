package dev.tollgate.gate;

/** What a gate answers where it cannot know. */
public enum Policy {
    /** The call goes ahead; what is known (blocks, calls that this gate has admitted) still holds. */
    OPEN,
    /** The call is denied until the gate knows. */
    CLOSED
}
