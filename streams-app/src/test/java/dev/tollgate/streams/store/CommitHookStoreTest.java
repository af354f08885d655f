package dev.tollgate.streams.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook is internal to Kafka Streams: whether it is called, and when, is held here. */
class CommitHookStoreTest {
    private static final Bytes KEY = Bytes.wrap("k".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path folder;

    @Test
    void givenTaskThatOwesAWrite_whenKafkaStreamsCommits_thenItIsWrittenAndLoggedBefore() {
        List<String> order = new ArrayList<>();
        Topology topology = new Topology();
        topology.addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "input")
                .addProcessor("processor", () -> new Owing(order), "source")
                .addStateStore(
                        CommitHookStore.over(Stores.keyValueStoreBuilder(
                                        Stores.inMemoryKeyValueStore("owed"), Serdes.Bytes(), Serdes.ByteArray())
                                .withLoggingEnabled(Map.of())),
                        "processor");
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "hook");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);

        try (TopologyTestDriver driver = new TopologyTestDriver(topology, properties)) {
            driver.createInputTopic("input", new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new byte[] {1}, new byte[] {1});

            assertThat(order).containsExactly("processed", "commit");
            assertThat(driver.createOutputTopic(
                                    "hook-owed-changelog", new ByteArrayDeserializer(), new ByteArrayDeserializer())
                            .readKeyValuesToList())
                    .singleElement()
                    .satisfies(logged -> {
                        assertThat(logged.key).isEqualTo(KEY.get());
                        assertThat(logged.value).isEqualTo(new byte[] {7});
                    });
        }
    }

    @Test
    void givenStoreThatIsHandedOnOrClosed_whenFlushed_thenTheTaskOfBeforeIsNotCalled() {
        List<String> calls = new ArrayList<>();
        CommitHookStore store = new CommitHookStore(TestingStores.store("owed", TestingStores.context()));

        store.flushCache();
        store.beforeCommit(() -> calls.add("first"));
        store.flushCache();
        store.beforeCommit(() -> calls.add("second"));
        store.flushCache();
        store.clearCache();
        store.flushCache();
        store.beforeCommit(() -> calls.add("third"));
        store.close();
        store.flushCache();

        assertThat(calls).containsExactly("first", "second");
    }

    @Test
    void givenStoreThatIsHandedOn_whenAskedAndAskedAgain_thenItSaysSoOnceAndAClosedOneDoesNot() {
        CommitHookStore store = new CommitHookStore(TestingStores.store("owed", TestingStores.context()));

        assertThat(store.takeRecycled()).isFalse();
        store.clearCache();
        assertThat(store.takeRecycled()).isTrue();
        assertThat(store.takeRecycled()).isFalse();
        store.clearCache();
        store.close();
        assertThat(store.takeRecycled()).isFalse();
    }

    /** Owes a write from its record to the commit. */
    private static final class Owing implements Processor<byte[], byte[], Void, Void> {
        private final List<String> order;
        private @Nullable CommitHookStore store;

        Owing(List<String> order) {
            this.order = order;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            CommitHookStore owed = context.getStateStore("owed");
            owed.beforeCommit(() -> {
                order.add("commit");
                owed.entries().put(KEY, new byte[] {7});
            });
            store = owed;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            order.add("processed");
            assertThat(store).isNotNull();
        }
    }
}
