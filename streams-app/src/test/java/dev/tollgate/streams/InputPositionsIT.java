package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.testkit.stack.Stacks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the role begins to read, on a real broker. */
class InputPositionsIT {
    private static final int ACCOUNTS = 8;

    @TempDir
    Path folder;

    private TestingCluster cluster;
    private Admin admin;
    private AccountingConfig config;
    private Instant anHourAgo;

    @BeforeEach
    void start() throws RegistryRejection {
        cluster = new TestingCluster(Stacks.forTests());
        config = cluster.config(folder);
        anHourAgo = Instant.now().minus(Duration.ofHours(1));
        admin = Admin.create(config.plainClientProperties());
    }

    @AfterEach
    void stop() {
        admin.close();
        cluster.close();
    }

    @Test
    void givenFirstStart_whenThereAreRecords_thenTheEarliestAreCommittedWhereverTheyAre() throws Exception {
        List<RequestEvent> traffic = traffic(80);
        publishAll(traffic);
        TopicPartition partition = new TopicPartition(cluster.layout.name(Topic.REQUEST_EVENTS), 1);
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2)))
                .all()
                .get();

        new InputPositions(config, admin).prepare();

        Map<TopicPartition, Long> committed = committed();
        assertThat(committed).hasSize(2 * TestingCluster.PARTITIONS).containsEntry(partition, 2L);
        assertThat(committed.values().stream().filter(offset -> offset == 0))
                .hasSize(2 * TestingCluster.PARTITIONS - 1);
    }

    @Test
    void givenPositions_whenPreparedAgain_thenTheyStayAsTheyAre() throws Exception {
        publishAll(traffic(80));
        new InputPositions(config, admin).prepare();
        TopicPartition partition = new TopicPartition(cluster.layout.name(Topic.REQUEST_EVENTS), 0);
        alter(Map.of(partition, 5L));

        new InputPositions(config, admin).prepare();

        assertThat(committed()).containsEntry(partition, 5L);
    }

    /** An instance starts while another one that was killed has left its transaction open. */
    @Test
    void givenPositionsInAnOpenTransaction_whenPrepared_thenItWaitsForTheEndOfIt() throws Exception {
        publishAll(traffic(80));
        new InputPositions(config, admin).prepare();
        TopicPartition partition = new TopicPartition(cluster.layout.name(Topic.REQUEST_EVENTS), 0);
        Map<String, Object> properties = new HashMap<>(config.plainClientProperties());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.applicationId() + "-killed");
        try (ExecutorService instance = Executors.newSingleThreadExecutor();
                KafkaProducer<byte[], byte[]> killed =
                        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            killed.initTransactions();
            killed.beginTransaction();
            killed.sendOffsetsToTransaction(
                    Map.of(partition, new OffsetAndMetadata(5)), new ConsumerGroupMetadata(config.applicationId()));

            Future<?> prepared = instance.submit(() -> new InputPositions(config, admin).prepare());
            assertThatThrownBy(() -> prepared.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            killed.commitTransaction();

            prepared.get(30, TimeUnit.SECONDS);
        }
        assertThat(committed()).containsEntry(partition, 5L);
    }

    /** An instance that looked before the other one had committed must not put the positions back afterwards. */
    @Test
    void givenInstancesThatStartTogetherForTheFirstTime_whenOneReadsOnAtOnce_thenNoneIsPutBack() throws Exception {
        publishAll(traffic(80));
        TopicPartition partition = new TopicPartition(cluster.layout.name(Topic.REQUEST_EVENTS), 0);
        AtomicBoolean first = new AtomicBoolean(true);
        List<Future<?>> starts = new ArrayList<>();

        try (ExecutorService instances = Executors.newFixedThreadPool(6)) {
            for (int i = 0; i < 6; i++) {
                starts.add(instances.submit(() -> {
                    new InputPositions(config, admin).prepare();
                    if (first.compareAndSet(true, false)) {
                        // As if it had read on: whoever comes later must leave that alone.
                        alter(Map.of(partition, 5L));
                    }
                    return null;
                }));
            }
        }

        for (Future<?> start : starts) {
            start.get();
        }
        assertThat(committed()).hasSize(2 * TestingCluster.PARTITIONS).containsEntry(partition, 5L);
    }

    @Test
    void givenPositionsThatTheBrokerForgot_whenStarted_thenItStopsAndTheRemedyItNamesIsExact() throws Exception {
        List<RequestEvent> traffic = traffic(200);
        List<RequestEvent> firstHalf = List.copyOf(traffic.subList(0, traffic.size() / 2));
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        readOn(firstHalf, firstHalf);
        Map<TopicPartition, Long> before = committed();
        admin.deleteConsumerGroups(List.of(config.applicationId())).all().get();

        try (AccountingApp app = new AccountingApp(config)) {
            assertThatThrownBy(app::start)
                    .isInstanceOf(PositionLostException.class)
                    .hasMessageContainingAll(
                            cluster.layout.name(Topic.REQUEST_EVENTS)
                                    + "-0 has no committed position although the role has run before",
                            cluster.layout.name(Topic.ACCOUNT_EVENTS) + "-3 has no committed position",
                            "kafka-consumer-groups.sh --group " + config.applicationId(),
                            "source_offset");
        }
        assertThat(committed()).isEmpty();

        // What the message says: the greatest source_offset of each partition in the journal plus one.
        Map<TopicPartition, Long> remedy = new HashMap<>(before);
        remedy.keySet().removeIf(partition -> partition.topic().equals(cluster.layout.name(Topic.REQUEST_EVENTS)));
        cluster.committedJournal()
                .forEach(entry -> remedy.merge(
                        new TopicPartition(cluster.layout.name(Topic.REQUEST_EVENTS), entry.getSourcePartition()),
                        entry.getSourceOffset() + 1,
                        Math::max));
        alter(remedy);
        readOn(traffic.subList(traffic.size() / 2, traffic.size()), traffic);
    }

    @Test
    void givenRecordsThatExpiredUnread_whenStarted_thenItStopsAndSaysHowMany() throws Exception {
        List<RequestEvent> traffic = traffic(80);
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        readOn(traffic, traffic);
        TopicPartition partition = new TopicPartition(cluster.layout.name(Topic.REQUEST_EVENTS), 2);
        long read = committed().getOrDefault(partition, -1L);
        publishAll(traffic(160).subList(traffic.size(), 160));
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(read + 3)))
                .all()
                .get();

        try (AccountingApp app = new AccountingApp(config)) {
            assertThatThrownBy(app::start)
                    .isInstanceOf(PositionLostException.class)
                    .hasMessageContaining(partition + " was read up to offset " + read + " and begins at " + (read + 3)
                            + ": 3 offsets have expired unread");
        }
    }

    @Test
    void givenPositionBeyondTheEnd_whenStarted_thenItStopsSinceTheTopicIsAnotherOne() throws Exception {
        List<RequestEvent> traffic = traffic(80);
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        readOn(traffic, traffic);
        TopicPartition partition = new TopicPartition(cluster.layout.name(Topic.ACCOUNT_EVENTS), 0);
        alter(Map.of(partition, 1_000L));

        try (AccountingApp app = new AccountingApp(config)) {
            assertThatThrownBy(app::start)
                    .isInstanceOf(PositionLostException.class)
                    .hasMessageContaining(partition + " was read up to offset 1000 and ends at");
        }
    }

    /** Publishes, lets the role read it all, checks the books of all that there is, and stops it. */
    private void readOn(List<RequestEvent> traffic, List<RequestEvent> all) {
        try (AccountingApp app = new AccountingApp(config)) {
            app.start();
            publishAll(traffic);
            cluster.assertBooksAgree(all);
        }
        TestingCluster.await("an empty group", () -> members() == 0);
    }

    private int members() {
        try {
            return admin.describeConsumerGroups(List.of(config.applicationId())).all().get().values().stream()
                    .mapToInt(group -> group.members().size())
                    .sum();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError("the group cannot be described", e);
        }
    }

    private void publishAll(List<RequestEvent> traffic) {
        traffic.forEach(cluster::publish);
        cluster.producer.flush();
    }

    private List<RequestEvent> traffic(int events) {
        return TestingCluster.traffic(events, ACCOUNTS, anHourAgo);
    }

    private void alter(Map<TopicPartition, Long> positions) throws ExecutionException, InterruptedException {
        admin.alterConsumerGroupOffsets(
                        config.applicationId(),
                        positions.entrySet().stream()
                                .collect(Collectors.toMap(
                                        Map.Entry::getKey, entry -> new OffsetAndMetadata(entry.getValue()))))
                .all()
                .get();
    }

    private List<TopicPartition> partitions() {
        return Stream.of(Topic.REQUEST_EVENTS, Topic.ACCOUNT_EVENTS)
                .flatMap(topic -> IntStream.range(0, TestingCluster.PARTITIONS)
                        .mapToObj(partition -> new TopicPartition(cluster.layout.name(topic), partition)))
                .toList();
    }

    /** What a transaction has committed shows a moment later: until then a partition is missing in the answer. */
    private Map<TopicPartition, Long> committed() throws ExecutionException, InterruptedException {
        List<TopicPartition> named = partitions();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> answered = admin.listConsumerGroupOffsets(
                            Map.of(config.applicationId(), new ListConsumerGroupOffsetsSpec().topicPartitions(named)),
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata()
                    .get();
            if (answered.keySet().containsAll(named)) {
                return answered.entrySet().stream()
                        // Null where there is none.
                        .filter(entry -> entry.getValue() != null)
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().offset()));
            }
            assertThat(System.nanoTime()).as("transactions end by then").isLessThan(deadline);
        }
    }
}
