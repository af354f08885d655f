package dev.tollgate.planmodel;

/** What follows from reaching a limit. */
public enum Mode {
    /** Thresholds raise alerts and the full amount raises a block. */
    ENFORCE,
    /** Everything, the full amount included, is only reported. */
    ADVISORY
}
