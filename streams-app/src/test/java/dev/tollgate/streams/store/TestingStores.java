package dev.tollgate.streams.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** Stores without a topology: they outlive the task objects that tests make over them, as real ones do. */
public final class TestingStores {
    private TestingStores() {}

    /** A context that keeps what is forwarded. */
    public static <K, V> MockProcessorContext<K, V> context() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
        return new MockProcessorContext<>(properties, new TaskId(0, 0), null);
    }

    /** An empty store in memory. */
    public static KeyValueStore<Bytes, byte[]> store(String name, MockProcessorContext<?, ?> context) {
        KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .withCachingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        return store;
    }

    /** A store that counts the calls of one of its methods. */
    @SuppressWarnings("unchecked")
    public static KeyValueStore<Bytes, byte[]> counting(
            KeyValueStore<Bytes, byte[]> store, String method, AtomicInteger calls) {
        return (KeyValueStore<Bytes, byte[]>) Proxy.newProxyInstance(
                TestingStores.class.getClassLoader(),
                new Class<?>[] {KeyValueStore.class},
                (proxy, called, arguments) -> {
                    if (called.getName().equals(method)) {
                        calls.incrementAndGet();
                    }
                    try {
                        return called.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A record as it is after it was written down and read back. */
    static AccountRecord reread(AccountRecord record) {
        return AccountRecord.decode(
                record.accountId(),
                record.encode(),
                new KafkaScopeBuckets(
                        store("none", context()),
                        new ScopeCache(1 << 20),
                        AccountRecord.prefixOf(record.accountId()),
                        true));
    }

    /** Takes everything out of a store. */
    public static void clear(KeyValueStore<Bytes, byte[]> store) {
        List<Bytes> keys = new ArrayList<>();
        try (var all = store.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        keys.forEach(key -> store.put(key, null));
    }

    /** How many entries a store has. */
    public static int size(KeyValueStore<Bytes, byte[]> store) {
        int size = 0;
        try (var all = store.all()) {
            while (all.hasNext()) {
                all.next();
                size++;
            }
        }
        return size;
    }
}
