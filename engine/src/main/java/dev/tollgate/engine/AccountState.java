package dev.tollgate.engine;

import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.engine.scope.InMemoryScopeBuckets;
import dev.tollgate.engine.scope.ScopeBuckets;

/**
 * Everything that the engine knows about one account, but for the journal entries in the event index. Mutable, changed
 * by the engine only, and not thread-safe. Two states are equal if their content is.
 */
public final class AccountState {
    /** Stream time before the first event. */
    public static final long NO_TIME = Timeline.NO_TIME;

    private final Account account;

    private AccountState(Account account) {
        this.account = account;
    }

    /**
     * The state of an account about which nothing is known yet.
     *
     * @throws IllegalArgumentException if the id is empty
     */
    public static AccountState empty(String accountId) {
        return empty(accountId, new InMemoryScopeBuckets());
    }

    /**
     * The same, with the buckets of projects and API keys in a store.
     *
     * @param scopeBuckets the account's own; it has nothing yet
     * @throws IllegalArgumentException if the id is empty
     */
    public static AccountState empty(String accountId, ScopeBuckets scopeBuckets) {
        return new AccountState(Account.empty(accountId, scopeBuckets));
    }

    /**
     * Reads what {@link #encode} wrote, now or in an earlier version.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static AccountState decode(byte[] bytes) {
        return new AccountState(Account.decode(bytes));
    }

    /**
     * Reads what {@link #encodeCore} wrote, now or in an earlier version.
     *
     * @param scopeBuckets the account's own, as they were when it was written
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static AccountState decodeCore(byte[] bytes, ScopeBuckets scopeBuckets) {
        return new AccountState(Account.decodeCore(bytes, scopeBuckets));
    }

    /** For the engine. */
    Account account() {
        return account;
    }

    public String accountId() {
        return account.accountId();
    }

    /** Highest event time accepted so far, milliseconds since the epoch, or {@link #NO_TIME}. */
    public long streamTimeMillis() {
        return account.streamTimeMillis();
    }

    /** Grows with every input that changed something and with every limit event. */
    public long version() {
        return account.version();
    }

    /**
     * The whole content, with the buckets of all projects and API keys, in a form that every later version of the
     * engine reads.
     */
    public byte[] encode() {
        return account.encode();
    }

    /**
     * The content without the buckets of projects and API keys, which stay in the {@link ScopeBuckets} that the state
     * was made with. Every later version of the engine reads it.
     */
    public byte[] encodeCore() {
        return account.encodeCore();
    }

    /** An independent copy. */
    public AccountState copy() {
        return decode(encode());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof AccountState other && account.equals(other.account);
    }

    @Override
    public int hashCode() {
        return account.hashCode();
    }

    @Override
    public String toString() {
        return "AccountState[" + accountId() + ", streamTime=" + streamTimeMillis() + ", version=" + version()
                + ", buckets=" + account.buckets().size() + "]";
    }
}
