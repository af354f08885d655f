package dev.tollgate.planmodel;

import org.jspecify.annotations.Nullable;

/**
 * Says which version of a plan is in force. Implementations answer from memory and return the same object for the same
 * version every time, because compiled forms are kept by identity.
 */
public interface PlanCatalog {

    /**
     * The version in force at a moment.
     *
     * @param planId any text, also from outside
     * @param eventTimeMillis event time, milliseconds since the epoch
     * @return the version with the latest effective date at or before the moment; null if there is no such plan or none
     *     of its versions is in force yet
     */
    @Nullable
    PlanVersion planAt(String planId, long eventTimeMillis);

    /**
     * The version that follows.
     *
     * @return the version with the earliest effective date after the moment, or null
     */
    @Nullable
    PlanVersion nextAfter(String planId, long eventTimeMillis);

    /**
     * One version by number, also one that is not part of its plan any more: what was charged by it is corrected by it.
     *
     * @return the version, or null if the catalog has never had it
     */
    @Nullable
    PlanVersion version(String planId, int version);

    /** This catalog as it is now. Whoever asks several questions that have to agree asks them there. */
    Plans snapshot();
}
