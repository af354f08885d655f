package dev.tollgate.streams.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Accounts in two key-value stores of Kafka Streams. The first has the accounts: key account id in UTF-8, value as
 * {@link AccountRecord} says. The second has their projects and API keys, as {@link KafkaScopeBuckets} says.
 */
public final class KafkaAccountStore implements AccountStore {
    /**
     * Bytes on the heap for each byte of an encoded record. The encoding is dense: most numbers and flags take one byte
     * in it and eight or more in an object. A bucket of a sliding window has 60 numbers, of which it encodes those in
     * use.
     */
    static final long HEAP_FACTOR = 16;

    /** What an account takes on the heap before anything is known of it. */
    static final long ACCOUNT_BYTES = 2_048;

    private final KeyValueStore<Bytes, byte[]> store;
    private final KeyValueStore<Bytes, byte[]> scopes;
    private final ScopeCache cache;

    /** @param scopeCacheBytes about how many bytes of decoded projects and API keys may be in memory */
    public KafkaAccountStore(
            KeyValueStore<Bytes, byte[]> store, KeyValueStore<Bytes, byte[]> scopes, long scopeCacheBytes) {
        this.store = store;
        this.scopes = scopes;
        this.cache = new ScopeCache(scopeCacheBytes);
    }

    @Override
    public AccountRecord load(String accountId) {
        byte[] bytes = store.get(key(accountId));
        return bytes == null ? AccountRecord.empty(accountId, scopesOf(accountId, true)) : decode(accountId, bytes);
    }

    private AccountRecord decode(String accountId, byte[] bytes) {
        return AccountRecord.decode(accountId, bytes, scopesOf(accountId, false));
    }

    private KafkaScopeBuckets scopesOf(String accountId, boolean isNew) {
        return new KafkaScopeBuckets(scopes, cache, AccountRecord.prefixOf(accountId), isNew);
    }

    @Override
    public int scan(@Nullable String after, int most, Consumer<AccountRecord> reader) {
        Bytes from = after == null ? null : successor(key(after));
        int shown = 0;
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(from, null)) {
            while (shown < most && entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                reader.accept(decode(new String(entry.key.get(), StandardCharsets.UTF_8), entry.value));
                shown++;
            }
        }
        return shown;
    }

    /** The smallest key after another: ranges begin with their first key. */
    private static Bytes successor(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.get(), key.get().length + 1));
    }

    @Override
    public void save(AccountRecord record) {
        store.put(key(record.accountId()), record.encode());
    }

    @Override
    public void forget(AccountRecord record) {
        record.forgetScopes();
    }

    @Override
    public long scopeBytes() {
        return cache.bytes();
    }

    private static Bytes key(String accountId) {
        return Bytes.wrap(accountId.getBytes(StandardCharsets.UTF_8));
    }
}
