package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.replay.AccountReplay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * After random schedules of faults ({@link AccountingSimulation}) each account is replayed alone, out of its own
 * records. What it was told then must come again, field by field. {@code -Dtollgate.seed=N} runs one schedule.
 */
class AccountReplayTest {
    /** Together they raise more than the thousand limit events that are asked for. */
    private static final int SCHEDULES = 40;

    private static final int LEAST_LIMIT_EVENTS = 1_000;

    private static TestingRegistry registry;
    private static SchemaRegistryClient client;
    private static AvroSerializer<SpecificRecord> serializer;

    @BeforeAll
    static void start() throws IOException {
        registry = new TestingRegistry();
        client = new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url()));
        serializer = new AvroSerializer<>(client);
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void givenAnyScheduleOfFaults_whenEachAccountIsReplayedAlone_thenItSaysTheSame() {
        String given = System.getProperty("tollgate.seed");
        if (given != null) {
            replay(Long.parseLong(given));
            return;
        }
        long limitEvents = 0;
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            limitEvents += replay(seed);
        }
        System.out.printf("AccountReplayTest schedules=%d limit events=%d%n", SCHEDULES, limitEvents);
        assertThat(limitEvents).isGreaterThanOrEqualTo(LEAST_LIMIT_EVENTS);
    }

    /** @return how many limit events were compared */
    private static long replay(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        AccountingSimulation simulation = new AccountingSimulation(random, config(), client, serializer, _ -> {});
        simulation.run();
        Map<String, List<LimitEvent>> limitEvents = new HashMap<>();
        Map<String, List<UsageJournalEntry>> journals = new HashMap<>();
        for (int partition = 0; partition < simulation.config().topics().partitions(); partition++) {
            for (LimitEvent event : committed(simulation, Topic.LIMIT_EVENTS, partition, LimitEvent.class)) {
                limitEvents
                        .computeIfAbsent(event.getAccountId(), _ -> new ArrayList<>())
                        .add(event);
            }
            for (UsageJournalEntry entry :
                    committed(simulation, Topic.USAGE_JOURNAL, partition, UsageJournalEntry.class)) {
                journals.computeIfAbsent(entry.getAccountId(), _ -> new ArrayList<>())
                        .add(entry);
            }
        }
        long compared = 0;
        for (Map.Entry<String, List<UsageJournalEntry>> journal : journals.entrySet()) {
            String account = journal.getKey();
            Outputs outputs = outputsOf(simulation, account);
            assertThat(outputs.journal)
                    .as("journal of %s, -Dtollgate.seed=%d", account, seed)
                    .isEqualTo(journal.getValue());
            List<LimitEvent> said = limitEvents.getOrDefault(account, List.of());
            // What the wall clock had not brought yet may come behind them.
            assertThat(List.copyOf(outputs.limitEvents.values()).subList(0, said.size()))
                    .as("limit events of %s, -Dtollgate.seed=%d", account, seed)
                    .isEqualTo(said);
            compared += said.size();
        }
        return compared;
    }

    /** What a replay of one account says. */
    private static final class Outputs {
        private final List<UsageJournalEntry> journal = new ArrayList<>();
        private final Map<String, LimitEvent> limitEvents = new LinkedHashMap<>();

        void add(SpecificRecord output) {
            switch (output) {
                case UsageJournalEntry entry -> journal.add(entry);
                case LimitEvent event ->
                    assertThat(limitEvents.put(event.getLimitEventId(), event)).isNull();
                default -> {}
            }
        }
    }

    private static Outputs outputsOf(AccountingSimulation simulation, String account) {
        AccountingConfig config = simulation.config();
        String plans = config.topics().name(Topic.PLAN_CATALOG);
        byte[] key = account.getBytes(StandardCharsets.UTF_8);
        InMemoryPlanCatalog catalog = new InMemoryPlanCatalog(config.planSettleTime());
        CatalogFeed feed = new CatalogFeed(catalog, client, new AccountingMetrics(), () -> 0);
        List<InputRecord> records = new ArrayList<>();
        Map<TopicPartition, Long> offsets = new HashMap<>();
        // Elsewhere, a record of the account is somebody's mistake and a dead letter.
        int partition = AccountPartitioner.partition(account, config.topics().partitions());
        long lastMillis = 0;
        for (SimulatedTraffic.Arrival arrival : simulation.traffic().arrivals()) {
            long offset = offsets.merge(arrival.place(), 1L, Long::sum) - 1;
            Position position =
                    new Position(arrival.place().topic(), arrival.place().partition(), offset);
            lastMillis = arrival.atMillis();
            if (arrival.place().topic().equals(plans)) {
                feed.accept(new CatalogRecord(position, arrival.atMillis(), arrival.key(), arrival.value()));
            } else if (arrival.place().partition() == partition && Arrays.equals(key, arrival.key())) {
                records.add(new InputRecord(position, arrival.atMillis(), arrival.key(), arrival.value()));
            }
        }
        catalog.markReadUpTo(Long.MAX_VALUE);
        Outputs outputs = new Outputs();
        try (AccountReplay replay = new AccountReplay(config, client, catalog, partition, outputs::add)) {
            records.forEach(replay::apply);
            // Time alone has brought what follows the last record until then at most.
            replay.passTime(lastMillis + Duration.ofDays(1).toMillis());
            assertThat(replay.records()).isEqualTo(records.size());
        }
        return outputs;
    }

    private static <T extends SpecificRecord> List<T> committed(
            AccountingSimulation simulation, Topic topic, int partition, Class<T> type) {
        return simulation
                .log()
                .of(new TopicPartition(simulation.config().topics().name(topic), partition))
                .stream()
                .filter(SimulatedLog.Entry::isCommitted)
                .map(entry -> type.cast(entry.decoded()))
                .toList();
    }

    private static AccountingConfig config() {
        return AccountingConfig.from(Map.of(
                "kafka.bootstrap-servers",
                "none:9092",
                "registry.url",
                registry.url(),
                "topics.partitions",
                "2",
                "streams.state-dir",
                Path.of("none").toString()));
    }
}
