package dev.tollgate.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gate.Call;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.TopicLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is known of the records that a follower hands on, without Kafka. */
class LimitStatesTest {
    private static final String TOPIC = "tollgate.limit-state";
    private static final String PLANS = "tollgate.plan-catalog";
    private static final Instant NOW = Snapshots.STREAM_TIME.plusSeconds(60);

    private final TestingRegistry registry = new TestingRegistry();
    private final RegistryConfig registryConfig = RegistryConfig.ofUrl(registry.url());
    private final AvroSerializer<LimitState> serializer =
            new AvroSerializer<>(new SchemaRegistryClient(registryConfig));
    private final LimitStates states = states(3);
    private final AvroSerializer<Plan> planSerializer = new AvroSerializer<>(new SchemaRegistryClient(registryConfig));
    private long offset;

    LimitStatesTest() throws IOException {}

    @AfterEach
    void stop() {
        registry.close();
    }

    private LimitStates states(int maxSnapshots) {
        ClusterConfig cluster = new ClusterConfig("127.0.0.1:9", Map.of(), registryConfig, TopicLayout.standard());
        return new LimitStates(new LiveConfig(cluster, maxSnapshots), () -> 0, NOW::toEpochMilli);
    }

    private void accept(String key, byte @Nullable [] value) {
        states.accept(new ConsumerRecord<>(TOPIC, 0, offset++, key.getBytes(StandardCharsets.UTF_8), value));
    }

    private void accept(LimitState state) {
        String key = state.getScope() == null
                ? state.getAccountId()
                : new LimitStateKey(state.getAccountId(), state.getScope().name(), state.getScopeKey()).text();
        accept(key, serializer.serialize(TOPIC, state));
    }

    private void acceptPlan(byte @Nullable [] value) {
        states.accept(new ConsumerRecord<>(PLANS, 0, offset++, "mem".getBytes(StandardCharsets.UTF_8), value));
    }

    private void acceptPlan() {
        acceptPlan(planSerializer.serialize(PLANS, Snapshots.plan()));
    }

    /** What a call of the project {@code p} costs by limit, with what is used; null if that is not known. */
    private @Nullable List<String> quote(String account, String endpoint) {
        LiveQuote quote = states.quote(Call.of(account, endpoint).withProject("p"), NOW);
        return quote == null
                ? null
                : quote.quote().costs().stream()
                        .map(cost -> cost.limitId() + " " + cost.cost() + " " + cost.used() + " " + cost.fits())
                        .toList();
    }

    private static BucketState today(String limit, Scope scope, String key, long amount, long used) {
        Instant day = NOW.truncatedTo(ChronoUnit.DAYS);
        return Snapshots.window(limit, scope, key, amount, used, day, day.plus(1, ChronoUnit.DAYS));
    }

    private @Nullable List<Long> versions(String account) {
        List<LimitState> found = states.of(account);
        return found == null ? null : found.stream().map(LimitState::getVersion).toList();
    }

    @Test
    void givenSnapshots_whenTheTopicIsReadToItsEnd_thenTheNewestAreKnownAndNotBefore() {
        states.begin();
        accept(Snapshots.ofAccount("a", 1));
        accept(Snapshots.ofAccount("a", 2));
        accept(Snapshots.ofProject("a", "p", 3));
        assertThat(versions("a")).isNull();

        states.level();

        assertThat(versions("a")).containsExactly(2L, 3L);
        assertThat(versions("nobody")).isEmpty();
        accept("a\0PROJECT\0p", null);
        assertThat(versions("a")).containsExactly(2L);
    }

    @Test
    void givenKafkaWasLost_whenItIsReadAnew_thenNothingOfBeforeIsTakenForNew() {
        states.begin();
        accept(Snapshots.ofAccount("a", 5));
        accept(Snapshots.ofAccount("gone", 5));
        states.level();

        states.begin();
        accept(Snapshots.ofAccount("a", 4));
        assertThat(versions("a")).isNull();
        accept(Snapshots.ofAccount("a", 5));
        states.level();

        assertThat(versions("a")).containsExactly(5L);
        assertThat(versions("gone")).isEmpty();
    }

    @Test
    void givenMoreSnapshotsThanThereMayBe_whenRead_thenNoneIsKnownEverAgain() {
        states.begin();
        for (String account : List.of("a", "b", "c", "d")) {
            accept(Snapshots.ofAccount(account, 1));
        }
        states.level();

        assertThat(versions("a")).isNull();
        assertThat(states.size()).isZero();
        states.begin();
        accept(Snapshots.ofAccount("a", 1));
        states.level();
        assertThat(versions("a")).isNull();
    }

    @Test
    void givenARecordThatCannotBeRead_whenItComes_thenItIsCountedAndTheOthersAreKnown() {
        states.begin();
        accept("a", new byte[] {7, 7});
        accept(Snapshots.ofAccount("b", 1));
        states.level();

        assertThat(states.failures()).isEqualTo(1);
        assertThat(versions("a")).isEmpty();
        assertThat(versions("b")).containsExactly(1L);
    }

    @Test
    void givenPlansAndSnapshots_whenACallIsQuoted_thenItCostsWhatThePlanSaysAndNothingOfOthersIsInIt() {
        states.begin();
        acceptPlan();
        accept(Snapshots.ofAccount("a", 1, today("day", Scope.ACCOUNT, "", 100, 50)));
        accept(Snapshots.ofProject("a", "p", 2, today("each", Scope.PROJECT, "p", 20, 18)));
        accept(Snapshots.ofAccount("b", 1, today("day", Scope.ACCOUNT, "", 100, 99)));
        assertThat(quote("a", "/v2/mem-it")).isNull();
        states.level();

        for (int i = 0; i < 3; i++) {
            assertThat(quote("a", "/v2/mem-it")).containsExactly("day 40 50 true", "each 40 18 false");
            assertThat(quote("a", "/other")).containsExactly("day 1 50 true", "each 1 18 true");
            assertThat(quote("b", "/v2/mem-it")).containsExactly("day 40 99 false", "each 40 0 false");
            assertThat(quote("nobody", "/other")).isEmpty();
        }
        assertThat(states.failures()).isZero();
    }

    @Test
    void givenAPlanThatGoesOrKafkaThatWasLost_whenACallIsQuoted_thenNoPriceOfBeforeIsTold() {
        states.begin();
        acceptPlan();
        accept(Snapshots.ofAccount("a", 1));
        states.level();
        acceptPlan(new byte[] {7, 7});
        assertThat(states.failures()).isEqualTo(1);
        assertThat(quote("a", "/other")).hasSize(2);

        acceptPlan(null);
        assertThat(quote("a", "/other")).isEmpty();

        acceptPlan();
        states.begin();
        accept(Snapshots.ofAccount("a", 1));
        assertThat(quote("a", "/other")).isNull();
        states.level();
        assertThat(quote("a", "/other")).isEmpty();
    }
}
