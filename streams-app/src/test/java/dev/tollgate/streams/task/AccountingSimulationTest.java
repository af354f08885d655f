package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.task.AccountingSimulation.Effect;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random schedules of faults. {@code -Dtollgate.schedules=N} tries seeds 1 to N instead of {@value #SCHEDULES};
 * {@code -Dtollgate.seed=N} runs one and prints what happens in it.
 */
class AccountingSimulationTest {
    private static final int SCHEDULES = 300;
    private static TestingRegistry registry;
    private static SchemaRegistryClient client;
    private static AvroSerializer<SpecificRecord> serializer;

    @BeforeAll
    static void start() throws IOException {
        registry = new TestingRegistry();
        client = new SchemaRegistryClient(config(1).registry());
        serializer = new AvroSerializer<>(client);
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void givenAnyScheduleOfFaults_whenTheyEnd_thenTheBooksAreThoseOfAnUndisturbedRun() {
        String given = System.getProperty("tollgate.seed");
        if (given != null) {
            simulate(Long.parseLong(given), System.out::println);
            return;
        }
        int schedules = Integer.getInteger("tollgate.schedules", SCHEDULES);
        Map<Effect, Long> effects = new EnumMap<>(Effect.class);
        for (long seed = 1; seed <= schedules; seed++) {
            simulate(seed, _ -> {}).forEach((effect, times) -> effects.merge(effect, times, Long::sum));
        }
        System.out.printf("schedules=%d %s%n", schedules, effects);
        assertThat(effects).as("what the schedules led to").containsKeys(Effect.values());
    }

    /** A limit without buckets that is in memory only had taken a number away from others. */
    @ParameterizedTest
    @ValueSource(longs = {703, 804, 1431, 1540})
    void givenLimitsThatLoseTheirLastProjectOrKey_whenAccountsAreReadBack_thenTheirRecordsAreThoseOfTheReplay(
            long seed) {
        simulate(seed, _ -> {});
    }

    /** A plan version is in force, removed, and in force again. */
    @Test
    void givenVersionThatComesIntoForceTwice_whenItIsSaid_thenEachHasAnIdOfItsOwn() {
        simulate(965, _ -> {});
    }

    /** What a version had charged was taken back by the one in force then, or by none. */
    @Test
    void givenVersionThatIsGone_whenAnEventThatItChargedIsCorrected_thenTotalsFollowTheJournal() {
        simulate(59, _ -> {});
    }

    /** A member that was left out restored older state than the positions that the next owner had committed. */
    @Test
    void givenMemberThatWasLeftOut_whenItActsOnThePast_thenNothingOfThatIsCommitted() {
        simulate(8130, _ -> {});
    }

    private static Map<Effect, Long> simulate(long seed, Consumer<String> trace) {
        try {
            SplittableRandom random = new SplittableRandom(seed);
            AccountingSimulation simulation =
                    new AccountingSimulation(random, config(1 + random.nextInt(6)), client, serializer, trace);
            simulation.run();
            new SimulationChecks(simulation).check();
            return simulation.effects();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("failed with -Dtollgate.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static AccountingConfig config(int cachedAccounts) {
        AccountingConfig config = AccountingConfig.from(Map.of(
                "kafka.bootstrap-servers",
                "none:9092",
                "registry.url",
                registry.url(),
                "topics.partitions",
                "2",
                "streams.state-dir",
                Path.of("none").toString()));
        return new AccountingConfig(
                config.cluster(),
                config.applicationId(),
                config.instanceId(),
                config.stateDir(),
                config.threads(),
                config.commitInterval(),
                config.standbys(),
                config.engine(),
                config.maxAge(),
                config.limitStateInterval(),
                config.totalsInterval(),
                config.planSettleTime(),
                // An account is about so large.
                4_000L * cachedAccounts,
                config.streamsProperties(),
                config.metrics(),
                config.effective());
    }
}
