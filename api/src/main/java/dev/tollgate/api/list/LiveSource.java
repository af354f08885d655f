package dev.tollgate.api.list;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Rows of accounts that are kept in memory. */
@FunctionalInterface
public interface LiveSource {
    /** Has none. */
    LiveSource NONE = (account, now) -> null;

    /**
     * The rows of an account.
     *
     * @param now what columns that depend on the time go by
     * @return null if it is not known what the account's rows are
     */
    @Nullable
    LiveRows rows(String account, Instant now);
}
