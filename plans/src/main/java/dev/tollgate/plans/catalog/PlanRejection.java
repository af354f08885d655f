package dev.tollgate.plans.catalog;

/**
 * Why a version of a plan cannot be applied.
 *
 * @param planId the plan
 * @param version number of the version
 * @param reason what kind of conflict
 * @param sentence the same for people, with the values that conflict and what to do
 */
public record PlanRejection(String planId, int version, Reason reason, String sentence) {

    /** Kinds of conflict with the catalog. */
    public enum Reason {
        /** The catalog has this version with other content. */
        EDITED(false),
        /** The catalog has a version with a greater number or a later date. */
        OUT_OF_ORDER(false),
        /** A limit counts something else than under the same id in the catalog. */
        COUNTS_DIFFERENTLY(false),
        /** Its windows follow another calendar than those of the versions in the catalog. */
        MOVES_WINDOWS(false),
        /** It would be effective from a moment that has passed. */
        IN_THE_PAST(true),
        /** It would be effective before its notice period is over. */
        NOTICE_TOO_SHORT(true);

        private final boolean forcible;

        Reason(boolean forcible) {
            this.forcible = forcible;
        }

        /** Whether {@link ApplyMode#FORCED} applies the version all the same. */
        public boolean isForcible() {
            return forcible;
        }
    }

    /** {@code plan p version 2: sentence}. */
    @Override
    public String toString() {
        return "plan " + planId + " version " + version + ": " + sentence;
    }
}
