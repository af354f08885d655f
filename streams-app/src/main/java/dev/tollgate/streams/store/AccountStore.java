package dev.tollgate.streams.store;

import java.util.function.Consumer;
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

    /**
     * Shows accounts in the order of their ids in UTF-8, decoded anew as by {@link #load}.
     *
     * @param after the id after which to begin, or null for the first account
     * @param most how many at most
     * @param reader must not change the store
     * @return how many were shown; fewer than {@code most} means that there are no more
     */
    int scan(@Nullable String after, int most, Consumer<AccountRecord> reader);

    /** Keeps the record's present content. */
    void save(AccountRecord record);
}
