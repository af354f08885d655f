package dev.tollgate.streams.task;

import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The accounts of a task: decoded in memory up to a number of bytes, least recently used out first, over the store. The
 * bytes are estimated from the length of the encoded records ({@link AccountRecord#heapBytes}); those of decoded
 * projects and API keys, which the store keeps, count too.
 *
 * <p>There is never more than one object per account at a time. An account that has changed is written to the store by
 * {@link #flush}, before each commit, once however often it has changed; or earlier, when it leaves the cache or has
 * changed very often. So what is not written yet is in the cache, and bounded as the cache is. Lives as long as the
 * task holds its partition: a task that is closed, clean or not, begins with an empty cache.
 */
final class AccountCache {
    /** An account that grows is weighed again, and its growth written, after so many changes. */
    private static final int MAX_UNWRITTEN_CHANGES = 1_024;

    private final AccountStore store;
    private final KafkaEventIndex index;
    private final long maxBytes;
    private final Consumer<CachedAccount> onLoaded;
    private final Consumer<CachedAccount> onEvicted;
    private final LinkedHashMap<String, CachedAccount> cached = new LinkedHashMap<>(16, 0.75f, true);

    /** Cached accounts that have changed since they were written, in the order in which they first did. */
    private final Set<CachedAccount> unwritten = new LinkedHashSet<>();

    private long bytes;

    /**
     * @param index whose entries are written with their account
     * @param maxBytes about how many bytes are kept in memory; one account is, however large
     * @param onLoaded told of each account that is read into memory
     * @param onEvicted told of each account before it is dropped from memory
     */
    AccountCache(
            AccountStore store,
            KafkaEventIndex index,
            long maxBytes,
            Consumer<CachedAccount> onLoaded,
            Consumer<CachedAccount> onEvicted) {
        this.store = store;
        this.index = index;
        this.maxBytes = maxBytes;
        this.onLoaded = onLoaded;
        this.onEvicted = onEvicted;
    }

    /** An account as it was last saved, or a new one. */
    CachedAccount get(String accountId) {
        CachedAccount account = cached.get(accountId);
        if (account != null) {
            return account;
        }
        account = read(accountId);
        cached.put(accountId, account);
        weigh(account);
        makeRoom(account);
        return account;
    }

    /**
     * Shows an account without keeping it: one that is not in memory is read, told of as onLoaded and onEvicted, and
     * forgotten, so that whoever goes through all accounts does not drive out those that are in use.
     *
     * @param visitor saves what it changes
     */
    void visit(String accountId, Consumer<CachedAccount> visitor) {
        CachedAccount account = cached.get(accountId);
        if (account != null) {
            visitor.accept(account);
            return;
        }
        account = read(accountId);
        visitor.accept(account);
        onEvicted.accept(account);
        writeIfChanged(account);
        store.forget(account.record);
    }

    /** An account has changed and is to be kept as it is now. */
    void save(CachedAccount account) {
        account.unwrittenChanges++;
        if (!account.isUnwritten) {
            account.isUnwritten = true;
            unwritten.add(account);
        }
        if (index.isFull()) {
            flush();
        } else if (account.unwrittenChanges >= MAX_UNWRITTEN_CHANGES) {
            writeIfChanged(account);
        }
    }

    /** Writes every account that has changed. */
    void flush() {
        for (CachedAccount account : List.copyOf(unwritten)) {
            writeIfChanged(account);
        }
    }

    /** Whether the store has to be told of changes. */
    boolean hasUnwritten() {
        return !unwritten.isEmpty();
    }

    /** Forgets what is in memory about an account, unwritten changes too: the next {@link #get} reads the store. */
    void drop(CachedAccount account) {
        if (cached.remove(account.id(), account)) {
            bytes -= account.cachedBytes;
            account.isCached = false;
        }
        unwritten.remove(account);
        account.isUnwritten = false;
        index.forget(account.record);
        store.forget(account.record);
    }

    private void writeIfChanged(CachedAccount account) {
        if (!account.isUnwritten) {
            return;
        }
        index.write(account.record);
        store.save(account.record);
        unwritten.remove(account);
        account.isUnwritten = false;
        account.unwrittenChanges = 0;
        if (account.isCached) {
            weigh(account);
        }
    }

    /** About how many bytes are in memory. */
    long bytes() {
        return bytes + store.scopeBytes();
    }

    private CachedAccount read(String accountId) {
        CachedAccount account = new CachedAccount(store.load(accountId));
        onLoaded.accept(account);
        return account;
    }

    private void weigh(CachedAccount account) {
        long now = account.record.heapBytes();
        bytes += now - account.cachedBytes;
        account.cachedBytes = now;
        account.isCached = true;
    }

    private void makeRoom(CachedAccount kept) {
        while (bytes() > maxBytes) {
            CachedAccount eldest = cached.firstEntry().getValue();
            if (eldest == kept) {
                return;
            }
            onEvicted.accept(eldest);
            writeIfChanged(eldest);
            drop(eldest);
        }
    }
}
