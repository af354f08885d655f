package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.scope.ScopeRecord;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Scope;

/** The account that buckets belong to, as far as they have to know it. */
public interface BucketOwner extends ScopeRecord.Reader {
    String accountId();

    /** Highest event time accepted so far, milliseconds since the epoch, or -1. */
    long streamTimeMillis();

    /** A group that is not part of the account yet. */
    BucketGroup newGroup(String limitId, String meterId, Scope scope, Algorithm algorithm);

    /** The lowest number that no group has; no record of a scope key names it. */
    int freeNumber();

    /** Something new falls due at a moment of stream time. */
    void dueNoLaterThan(long millis);
}
