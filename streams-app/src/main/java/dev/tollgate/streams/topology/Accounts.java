package dev.tollgate.streams.topology;

import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.AccountStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The accounts of a task: a bounded number of them decoded in memory, least recently used out first, over the store.
 *
 * <p>There is never more than one object per account at a time, and the store always has what the object has once an input is done with.
 * Lives as long as the task holds its partition: a task that is closed, clean or not, begins with an empty cache.
 */
final class Accounts {
    private final AccountStore store;
    private final int capacity;
    private final Consumer<Account> arriving;
    private final Consumer<Account> leaving;
    private final LinkedHashMap<String, Account> cached = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param capacity how many are kept in memory
     * @param arriving told of each account that is read into memory
     * @param leaving told of each account before it is dropped from memory
     */
    Accounts(AccountStore store, int capacity, Consumer<Account> arriving, Consumer<Account> leaving) {
        this.store = store;
        this.capacity = capacity;
        this.arriving = arriving;
        this.leaving = leaving;
    }

    /** An account as it was last saved, or a new one. */
    Account get(String accountId) {
        Account account = cached.get(accountId);
        if (account != null) {
            return account;
        }
        account = read(accountId);
        if (cached.size() >= capacity) {
            makeRoom();
        }
        cached.put(accountId, account);
        return account;
    }

    /**
     * Shows an account without keeping it: one that is not in memory is read, told of as arriving and leaving, and forgotten, so
     * that whoever goes through all accounts does not drive out those that are in use.
     *
     * @param visitor saves what it changes
     */
    void visit(String accountId, Consumer<Account> visitor) {
        Account account = cached.get(accountId);
        if (account != null) {
            visitor.accept(account);
            return;
        }
        account = read(accountId);
        visitor.accept(account);
        leaving.accept(account);
    }

    void save(Account account) {
        store.save(account.record);
    }

    /** Forgets what is in memory about an account: the next {@link #get} reads the store. */
    void drop(Account account) {
        cached.remove(account.id());
    }

    private Account read(String accountId) {
        AccountRecord record = store.load(accountId);
        Account account = new Account(record == null ? AccountRecord.empty(accountId) : record);
        arriving.accept(account);
        return account;
    }

    private void makeRoom() {
        Map.Entry<String, Account> eldest = cached.firstEntry();
        leaving.accept(eldest.getValue());
        cached.remove(eldest.getKey());
    }
}
