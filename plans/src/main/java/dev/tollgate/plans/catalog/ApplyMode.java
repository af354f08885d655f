package dev.tollgate.plans.catalog;

/** How strictly dates are taken when a plan is applied. Nothing allows an applied version to be edited. */
public enum ApplyMode {
    /** A new version must lie in the future, by at least its notice period. */
    STRICT,
    /**
     * A new version may be effective at once or even from a past moment on. What was counted and decided since then is
     * not judged again: the past keeps its journal, only what comes is measured by the new version.
     */
    FORCED
}
