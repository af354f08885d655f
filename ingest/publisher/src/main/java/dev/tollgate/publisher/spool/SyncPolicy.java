package dev.tollgate.publisher.spool;

/**
 * When spooled events are forced to the disk. A crash of the process loses nothing in any case; these are about power.
 */
public enum SyncPolicy {
    /** The operating system decides: on Linux within about 30 seconds. */
    OPERATING_SYSTEM,
    /** Once a second. */
    EVERY_SECOND,
    /** After each write, before anything else is done; a write holds up to 512 events. */
    EVERY_WRITE
}
