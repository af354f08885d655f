package dev.tollgate.planmodel.contract;

/**
 * The bounds that plans, events and states keep, each in one place. Characters are UTF-16 units, as
 * {@link String#length()} counts them.
 */
public final class Bounds {
    /** Longest event, account, project, key and command id, and longest producer name, in characters. */
    public static final int MAX_ID_CHARACTERS = 128;

    /** Longest endpoint of an event and longest endpoint pattern of a plan, in characters. */
    public static final int MAX_ENDPOINT_CHARACTERS = 512;

    /** Longest name of a plan, meter, limit or header bucket, in characters. */
    public static final int MAX_NAME_CHARACTERS = 64;

    /** Longest title of a plan, in characters. */
    public static final int MAX_TITLE_CHARACTERS = 200;

    /** Longest unit of a meter, in characters. */
    public static final int MAX_UNIT_CHARACTERS = 64;

    /** The last moment that counts, inclusive: the end of the year 9999, milliseconds since the epoch. */
    public static final long MAX_TIME_MILLIS = 253_402_300_799_999L;

    /** Largest charge of one event on one meter: 10<sup>12</sup>. Sums of many millions of these are still exact. */
    public static final long MAX_EVENT_COST = 1_000_000_000_000L;

    /**
     * Largest level of a bucket, in its native unit: units of the meter, or units x period of a leaky bucket. The same
     * again fits into 64 bits, so that levels can be added before they are compared.
     */
    public static final long MAX_LEVEL = 1L << 62;

    /** Largest level that one event adds, and largest level that it is added to: together never above the maximum. */
    public static final long MAX_ADDED_LEVEL = MAX_LEVEL / 2;

    /** Largest level that the amount of a limit stands for. Leaves room above it for overshoot. */
    public static final long MAX_AMOUNT_LEVEL = MAX_LEVEL / 4;

    private Bounds() {}
}
