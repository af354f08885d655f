package dev.tollgate.streams.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
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
    public int scan(@Nullable String after, int most, Consumer<AccountRecord> reader) {
        Bytes from = after == null ? null : successor(key(after));
        int shown = 0;
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(from, null)) {
            while (shown < most && entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                reader.accept(AccountRecord.decode(new String(entry.key.get(), StandardCharsets.UTF_8), entry.value));
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

    private static Bytes key(String accountId) {
        return Bytes.wrap(accountId.getBytes(StandardCharsets.UTF_8));
    }
}
