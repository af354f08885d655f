package dev.tollgate.streams.store;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Accounts in a key-value store of Kafka Streams: key account id in UTF-8, value as {@link AccountRecord} says. */
public final class KafkaAccountStore implements AccountStore {
    private final KeyValueStore<Bytes, byte[]> store;

    public KafkaAccountStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    @Override
    public @Nullable AccountRecord load(String accountId) {
        byte[] bytes = store.get(key(accountId));
        return bytes == null ? null : AccountRecord.decode(accountId, bytes);
    }

    @Override
    public void save(AccountRecord record) {
        store.put(key(record.accountId()), record.encode());
    }

    private static Bytes key(String accountId) {
        return Bytes.wrap(accountId.getBytes(StandardCharsets.UTF_8));
    }
}
