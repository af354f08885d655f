package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.Topic;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an event of an account with very many API keys writes. */
class ScopeCostTest {
    private static final int KEYS = 10_000;
    private static final int EVENTS = 2_000;
    private static final int PORTION = 50;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    @Test
    void givenTenThousandKeys_whenTheyCall_thenAnEventWritesAtMostTwiceWhatItDoesWithOne() {
        try (Load one = new Load("one", i -> "key-00000");
                Load many = new Load("many", i -> String.format("key-%05d", i % KEYS))) {
            one.publish(KEYS);
            many.publish(KEYS);
            one.written();
            many.written();
            // Taking turns lets whatever else the machine does fall on both alike.
            List<Double> ratios = new ArrayList<>();
            for (int portion = 0; portion < EVENTS / PORTION; portion++) {
                double nanos = one.publish(PORTION);
                ratios.add(many.publish(PORTION) / nanos);
            }
            ratios.sort(Comparator.naturalOrder());
            double ratio = ratios.get(ratios.size() / 2);
            Cost ofOne = one.written();
            Cost ofMany = many.written();

            System.out.printf(
                    "per event, one key: %s, %d keys: %s, processor time %.2f times%n", ofOne, KEYS, ofMany, ratio);
            assertThat(ofMany.changelog).isLessThanOrEqualTo(2 * ofOne.changelog);
            assertThat(ofMany.limitState).isLessThanOrEqualTo(2 * ofOne.limitState);
            assertThat(ofMany.largest).isLessThan(1_000);
            assertThat(ratio).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void givenANewKeyWithEachEvent_whenWindowsClose_thenNothingIsLeftOfThem() {
        try (TestingTopology topology = topology("new")) {
            for (int i = 0; i < 3_000; i++) {
                topology.publish(call(topology, "e" + i, "key-" + i));
                topology.pass(Duration.ofMillis(100));
            }
            // The windows of the first minutes are long over, the days go on.
            Map<String, LimitState> states = new HashMap<>();
            for (TestRecord<String, LimitState> record : topology.limitStates.readRecordsToList()) {
                states.put(record.key(), record.value());
            }
            assertThat(Objects.requireNonNull(states.get(keyOf("key-0"))).getBuckets())
                    .extracting(BucketState::getLimitId)
                    .containsExactly("key-per-day");

            topology.pass(Duration.ofDays(2));
            topology.publish(call(topology, "last", "key-of-the-last"));
            topology.pass(Duration.ofSeconds(2));
            topology.limitStates.readRecordsToList().forEach(record -> states.put(record.key(), record.value()));

            states.values().removeIf(state -> state == null);
            assertThat(states.keySet()).containsExactlyInAnyOrder("acme", keyOf("key-of-the-last"), projectKey());
            assertThat(topology.driver
                            .getKeyValueStore(TopologyNames.SCOPE_STORE)
                            .all())
                    .toIterable()
                    // Two records and their timers.
                    .hasSize(4);
        }
    }

    @Test
    void givenAKeyThatIsBlocked_whenItIsSeenFromOutside_thenItsOwnRecordTellsItAndTheAccountsDoesNot() {
        try (TestingTopology topology = topology("blocked")) {
            topology.limitStates.readRecordsToList();
            for (int i = 0; i < 3; i++) {
                topology.publish(call(topology, "e" + i, "k"));
            }
            Map<String, LimitState> states = topology.limitStates.readKeyValuesToMap();

            LimitState ofKey = Objects.requireNonNull(states.get(keyOf("k")));
            LimitState ofAccount = Objects.requireNonNull(states.get("acme"));
            assertThat(ofKey.getScope()).isEqualTo(Scope.API_KEY);
            assertThat(ofKey.getScopeKey()).isEqualTo("k");
            assertThat(ofKey.getBuckets())
                    .filteredOn(bucket -> bucket.getLimitId().equals("key-per-minute"))
                    .singleElement()
                    .satisfies(bucket -> assertThat(bucket.getBlockedUntil()).isNotNull());
            assertThat(ofAccount.getScope()).isNull();
            assertThat(ofAccount.getBuckets())
                    .extracting(BucketState::getLimitId)
                    .containsExactly("requests-per-day");
            assertThat(ofKey.getVersion()).isEqualTo(ofAccount.getVersion());
        }
    }

    /** Bytes of an event, and of the largest record. */
    private record Cost(long changelog, long limitState, long largest) {}

    /** Calls of one account, each with the API key that its number is given. */
    private final class Load implements AutoCloseable {
        private static final List<String> STORES = List.of(
                TopologyNames.ACCOUNT_STORE,
                TopologyNames.SCOPE_STORE,
                TopologyNames.EVENT_STORE,
                TopologyNames.PENDING_WORK_STORE);

        private final TestingTopology topology;
        private final IntFunction<String> key;
        private int events;
        private int looked;

        Load(String name, IntFunction<String> key) {
            this.topology = topology(name);
            this.key = key;
        }

        /** Publishes a number of events and returns the nanoseconds of processor time that they took. */
        long publish(int count) {
            long began = THREADS.getCurrentThreadCpuTime();
            for (int end = events + count; events < end; events++) {
                topology.publish(call(topology, String.format("e-%06d", events), key.apply(events)));
            }
            return THREADS.getCurrentThreadCpuTime() - began;
        }

        /** What was written since the last call. */
        Cost written() {
            long changelog = 0;
            long largest = 0;
            for (String store : STORES) {
                long[] sums = ScopeCostTest.written(topology, changelogOf(topology, store));
                changelog += sums[0];
                largest = Math.max(largest, sums[1]);
            }
            long[] state =
                    ScopeCostTest.written(topology, topology.config.topics().name(Topic.LIMIT_STATE));
            int count = events - looked;
            looked = events;
            return new Cost(changelog / count, state[0] / count, Math.max(largest, state[1]));
        }

        @Override
        public void close() {
            topology.close();
        }
    }

    private TestingTopology topology(String name) {
        TestingTopology topology = new TestingTopology(
                folder.resolve(name),
                Map.of("accounting.limit-state-interval", "0ms", "accounting.totals-interval", "0ms"));
        topology.publish(TestingPlans.byKey("keys", 3, 1_000_000));
        topology.publish(TestingEvents.assignment("acme", "c1", "keys", TestingPlans.ALWAYS));
        return topology;
    }

    private static RequestEvent call(TestingTopology topology, String id, String key) {
        RequestEvent event = TestingEvents.request("acme", id, topology.now());
        event.setApiKeyId(key);
        return event;
    }

    private static String keyOf(String key) {
        return new LimitStateKey("acme", "API_KEY", key).text();
    }

    private static String projectKey() {
        return new LimitStateKey("acme", "PROJECT", "").text();
    }

    private static String changelogOf(TestingTopology topology, String store) {
        return topology.config.applicationId() + "-" + store + "-changelog";
    }

    /** Bytes of all records, and of the largest. */
    private static long[] written(TestingTopology topology, String topic) {
        long sum = 0;
        long largest = 0;
        for (TestRecord<byte[], byte[]> record : topology.driver
                .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()) {
            long size = record.key().length + (record.value() == null ? 0 : record.value().length);
            sum += size;
            largest = Math.max(largest, size);
        }
        return new long[] {sum, largest};
    }
}
