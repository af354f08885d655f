package dev.tollgate.streams.store;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One record per account, and one for each of its projects and API keys. What is saved commits together with what was
 * said about it. Used by the thread of one task.
 */
public interface AccountStore {

    /**
     * The record of an account as it was last saved, decoded anew, or an empty one if it never was. Only one of an
     * account may be in use at a time: what the engine does to its projects and API keys is in the store at once.
     */
    AccountRecord load(String accountId);

    /**
     * Shows accounts in the order of their ids in UTF-8, decoded anew, to look at.
     *
     * @param after the id after which to begin, or null for the first account
     * @param most how many at most
     * @param reader must not change the store
     * @return how many were shown; fewer than {@code most} means that there are no more
     */
    int scan(@Nullable String after, int most, Consumer<AccountRecord> reader);

    /** Writes the record's present content. */
    void save(AccountRecord record);

    /** Drops what is in memory about a record that is not used any more. */
    void forget(AccountRecord record);

    /** About how many bytes of the heap decoded projects and API keys of all accounts take. */
    long scopeBytes();
}
