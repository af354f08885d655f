package dev.tollgate.streams.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WriteBehindStoreTest {
    private final KeyValueStore<Bytes, byte[]> disk = TestingStores.store("disk", TestingStores.context());
    private final WriteBehindStore store = new WriteBehindStore(disk);

    @Test
    void givenAnyCalls_whenCompared_thenTheStoreIsAMap() {
        long seed = Long.getLong("tollgate.seed", new Random().nextLong());
        Random random = new Random(seed);
        Map<Bytes, String> model = new TreeMap<>();

        for (int step = 0; step < 100_000; step++) {
            // More keys than one batch holds, so that batches go to the disk in between.
            Bytes key = bytes("k" + random.nextInt(2 * WriteBehindStore.MAX_PENDING));
            String value = Integer.toString(step);
            String place = "seed " + seed + ", step " + step;
            switch (random.nextInt(1_000)) {
                case 0 -> assertThat(content(store.all())).as(place).isEqualTo(content(model));
                case 1 -> {
                    Bytes to = bytes("k" + random.nextInt(2 * WriteBehindStore.MAX_PENDING));
                    if (key.compareTo(to) <= 0) {
                        Map<Bytes, String> part =
                                new TreeMap<>(((TreeMap<Bytes, String>) model).subMap(key, true, to, true));
                        assertThat(content(store.range(key, to))).as(place).isEqualTo(content(part));
                        assertThat(content(store.reverseRange(key, to)))
                                .as(place)
                                .isEqualTo(content(part).reversed());
                    }
                }
                default -> {
                    switch (random.nextInt(5)) {
                        case 0 -> assertThat(text(store.delete(key))).as(place).isEqualTo(model.remove(key));
                        case 1 -> {
                            store.put(key, null);
                            model.remove(key);
                        }
                        case 2 ->
                            assertThat(text(store.putIfAbsent(key, value(value))))
                                    .as(place)
                                    .isEqualTo(model.putIfAbsent(key, value));
                        default -> {
                            store.put(key, value(value));
                            model.put(key, value);
                        }
                    }
                    assertThat(text(store.get(key))).as(place).isEqualTo(model.get(key));
                }
            }
        }
    }

    @Test
    void givenWritesOfFewKeys_whenTheyRepeat_thenTheDiskSeesNoneOfThemBeforeTheCommit() {
        AtomicInteger batches = new AtomicInteger();
        WriteBehindStore counted = new WriteBehindStore(TestingStores.counting(disk, "putAll", batches));
        for (int i = 0; i < 100_000; i++) {
            counted.put(bytes("k" + i % 100), value(Integer.toString(i)));
        }
        assertThat(batches).hasValue(0);

        counted.commit(Map.of(new TopicPartition("changelog", 0), 7L));

        assertThat(batches).hasValue(1);
        assertThat(TestingStores.size(disk)).isEqualTo(100);
        assertThat(text(disk.get(bytes("k99")))).isEqualTo("99999");
    }

    @Test
    void givenManyWrites_whenTheBoundIsReached_thenTheOldestGoToTheDiskAsOneBatch() {
        AtomicInteger batches = new AtomicInteger();
        WriteBehindStore counted = new WriteBehindStore(TestingStores.counting(disk, "putAll", batches));
        for (int i = 0; i < WriteBehindStore.MAX_PENDING; i++) {
            counted.put(bytes("k" + i), value("v"));
        }
        assertThat(batches).hasValue(0);

        counted.put(bytes("one more"), value("v"));

        assertThat(batches).hasValue(1);
        assertThat(TestingStores.size(disk)).isEqualTo(WriteBehindStore.BATCH);
        assertThat(disk.get(bytes("k0"))).isNotNull();
        assertThat(disk.get(bytes("one more"))).isNull();
        for (int i = 0; i < 10 * WriteBehindStore.BATCH; i++) {
            counted.put(bytes("more" + i), value("v"));
        }
        assertThat(batches).hasValue(11);
    }

    @Test
    void givenLargeWrites_whenTheirBytesReachTheBound_thenTheyGoToTheDisk() {
        int size = WriteBehindStore.MAX_PENDING_BYTES / 8;
        for (int i = 0; i < 8; i++) {
            store.put(bytes("large" + i), new byte[size]);
            // Replaced, not added.
            store.put(bytes("large" + i), new byte[size]);
        }
        assertThat(TestingStores.size(disk)).isZero();

        store.put(bytes("one more"), value("v"));

        assertThat(TestingStores.size(disk)).isEqualTo(9);
    }

    /** What the committed offsets do not cover comes again from the changelog; what they cover must be there. */
    @Test
    void givenClosedWithoutCommit_whenReadFromDisk_thenExactlyWhatWasCommittedOrHandedOnIsThere() {
        store.put(bytes("a"), value("1"));
        store.commit(Map.of());
        store.put(bytes("a"), value("2"));
        store.put(bytes("b"), value("2"));

        WriteBehindStore reopened = new WriteBehindStore(disk);

        assertThat(text(reopened.get(bytes("a")))).isEqualTo("1");
        assertThat(reopened.get(bytes("b"))).isNull();
    }

    private static List<String> content(Map<Bytes, String> entries) {
        List<String> content = new ArrayList<>();
        entries.forEach((key, value) -> content.add(key + "=" + value));
        return content;
    }

    private static List<String> content(KeyValueIterator<Bytes, byte[]> entries) {
        List<String> content = new ArrayList<>();
        try (entries) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                content.add(entry.key + "=" + text(entry.value));
            }
        }
        return content;
    }

    private static Bytes bytes(String text) {
        return Bytes.wrap(value(text));
    }

    private static byte[] value(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String text(byte @Nullable [] value) {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }
}
