package dev.tollgate.testkit.oracle;

/** What the oracle thinks became of an event. The names are those of the journal. */
public enum OracleVerdict {
    COUNTED,
    DUPLICATE,
    NOT_CONSUMING,
    OVER_CALL_LIMIT,
    LATE,
    /** It cannot have happened: among the dead letters, not in the journal. */
    REJECTED
}
