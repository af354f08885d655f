package dev.tollgate.streams.store;

import org.jspecify.annotations.Nullable;

/**
 * One record per account. What is saved commits together with what was said about it. Used by the thread of one task.
 */
public interface AccountStore {

    /**
     * The record of an account as it was last saved, decoded anew: changing it changes nothing in the store.
     *
     * @return the record, or null if the account was never saved
     */
    @Nullable
    AccountRecord load(String accountId);

    /** Keeps the record's present content. */
    void save(AccountRecord record);
}
