package dev.tollgate.plans.catalog;

import java.util.List;
import java.util.stream.Collectors;

/** Plans conflict with the catalog; nothing was written. Carries every conflict. */
public final class PlanRejectedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<PlanRejection> rejections;

    PlanRejectedException(List<PlanRejection> rejections) {
        super(rejections.stream().map(PlanRejection::toString).collect(Collectors.joining(System.lineSeparator())));
        this.rejections = List.copyOf(rejections);
    }

    /** Every conflict; at least one. */
    public List<PlanRejection> rejections() {
        return rejections;
    }
}
