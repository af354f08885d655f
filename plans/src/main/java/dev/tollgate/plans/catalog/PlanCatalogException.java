package dev.tollgate.plans.catalog;

/** The catalog cannot be read or written: a topic that is missing, a record that is no plan, a cluster out of reach. */
public sealed class PlanCatalogException extends RuntimeException permits ConcurrentApplyException {
    private static final long serialVersionUID = 1L;

    PlanCatalogException(String message) {
        super(message);
    }

    PlanCatalogException(String message, Throwable cause) {
        super(message, cause);
    }
}
