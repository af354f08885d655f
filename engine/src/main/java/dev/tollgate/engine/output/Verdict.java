package dev.tollgate.engine.output;

/** What became of a request event. Every event that is not rejected gets exactly one. */
public enum Verdict {
    /** Counted in at least one open window, or on a plan without limits. */
    COUNTED,
    /** The same event id was seen before, within the dedupe horizon. */
    DUPLICATE,
    /** The plan does not charge this outcome. */
    NOT_CONSUMING,
    /** The call was larger than a per-call cap allows; it charges nothing. */
    OVER_CALL_LIMIT,
    /** Every window that it belongs to is closed, or it is older than the dedupe horizon: reported, never enforced. */
    LATE,
    /** Taken back by a correction; the costs are what it had been charged. */
    VOIDED
}
