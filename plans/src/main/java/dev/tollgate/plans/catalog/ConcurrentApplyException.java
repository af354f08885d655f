package dev.tollgate.plans.catalog;

/** Somebody else applied plans at the same time and goes first. Nothing of ours was written; applying again is safe. */
public final class ConcurrentApplyException extends PlanCatalogException {
    private static final long serialVersionUID = 1L;

    ConcurrentApplyException(Throwable cause) {
        super("plans were applied by somebody else at the same time; nothing was written, apply again", cause);
    }
}
