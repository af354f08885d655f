package dev.tollgate.streams.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.streams.store.TestingStores;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class HeapStoreTest {
    /** Random writes and looks, beside the store in memory of Kafka Streams. */
    @Test
    void givenRandomWrites_whenRead_thenItAnswersAsKafkaStreamsStoreDoes() {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        HeapStore store = new HeapStore("store");
        KeyValueStore<Bytes, byte[]> other = TestingStores.store("other", TestingStores.context());
        for (int i = 0; i < 5_000; i++) {
            Bytes key = key(random);
            byte[] value = new byte[] {(byte) i};
            switch (random.nextInt(4)) {
                case 0 -> assertThat(store.delete(key)).isEqualTo(other.delete(key));
                case 1 -> assertThat(store.putIfAbsent(key, value)).isEqualTo(other.putIfAbsent(key, value));
                default -> {
                    store.put(key, value);
                    other.put(key, value);
                }
            }
            assertThat(store.get(key)).isEqualTo(other.get(key));
            if (i % 50 == 0) {
                Bytes one = key(random);
                Bytes two = key(random);
                Bytes from = one.compareTo(two) <= 0 ? one : two;
                Bytes to = from == one ? two : one;
                String about = "-Dtollgate.seed=" + seed;
                assertThat(keys(store.range(from, to))).as(about).isEqualTo(keys(other.range(from, to)));
                assertThat(keys(store.reverseRange(from, to))).as(about).isEqualTo(keys(other.reverseRange(from, to)));
                assertThat(keys(store.range(from, null))).as(about).isEqualTo(keys(other.range(from, null)));
                assertThat(keys(store.all())).as(about).isEqualTo(keys(other.all()));
                assertThat(keys(store.reverseAll())).as(about).isEqualTo(keys(other.reverseAll()));
            }
        }
    }

    @Test
    void givenRangeThatIsWalked_whenItsEntriesAreDeleted_thenTheWalkGoesOn() {
        HeapStore store = new HeapStore("store");
        for (byte i = 0; i < 100; i++) {
            store.put(Bytes.wrap(new byte[] {i}), new byte[] {i});
        }

        int seen = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            while (all.hasNext()) {
                assertThat(all.peekNextKey()).isEqualTo(Bytes.wrap(new byte[] {(byte) seen}));
                store.delete(all.next().key);
                seen++;
            }
            assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
        }

        assertThat(seen).isEqualTo(100);
        assertThat(store.approximateNumEntries()).isZero();
    }

    /** Of 0 to 3 bytes, negative ones among them: order is by unsigned bytes. */
    private static Bytes key(SplittableRandom random) {
        byte[] key = new byte[random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(6) * 51);
        }
        return Bytes.wrap(key);
    }

    private static List<Bytes> keys(KeyValueIterator<Bytes, byte[]> entries) {
        List<Bytes> keys = new ArrayList<>();
        try (entries) {
            entries.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }
}
