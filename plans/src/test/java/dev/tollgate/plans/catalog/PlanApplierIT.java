package dev.tollgate.plans.catalog;

import static dev.tollgate.plans.catalog.TestingPlans.plan;
import static dev.tollgate.plans.catalog.TestingPlans.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The catalog on a real broker; each test has a topic of its own. */
class PlanApplierIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-06-01T00:00:00Z"));
    private static final String FIRST = version(1, "2026-01-01T00:00:00Z", 100);
    private static final String SECOND = version(2, "2026-09-01T00:00:00Z", 200);

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;
    private static TestingRegistry registry;

    private TopicLayout layout = TopicLayout.standard();
    private PlanCatalogClient catalog = client(layout);
    private PlanApplier applier = new PlanApplier(catalog, CLOCK);

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(folder, LoopbackPort.free(), LoopbackPort.free());
        registry = new TestingRegistry();
    }

    @AfterAll
    static void stop() {
        registry.close();
        kafka.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        layout = new TopicLayout("t%08x.".formatted(test.getDisplayName().hashCode()), 1, (short) 1);
        catalog = client(layout);
        applier = new PlanApplier(catalog, CLOCK);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            new TopicAdmin(admin, layout).apply();
        }
    }

    @Test
    void givenEmptyCatalog_whenAFileIsAppliedTwice_thenItIsThereAndTheSecondTimeWritesNothing() throws Exception {
        List<Plan> plans = PlanFile.read(Path.of("mem.yaml"));
        assertThat(catalog.read()).isEmpty();

        List<PlanChange> first = applier.apply(plans, ApplyMode.STRICT);
        long end = endOffset();
        List<PlanChange> second = applier.apply(plans, ApplyMode.STRICT);

        assertThat(first).extracting(PlanChange::kind).containsOnly(PlanChange.Kind.CREATED);
        assertThat(second).extracting(PlanChange::kind).containsOnly(PlanChange.Kind.UNCHANGED);
        assertThat(catalog.read()).containsOnlyKeys("mem").containsValue(plans.getFirst());
        assertThat(endOffset()).isEqualTo(end);
    }

    @Test
    void givenAnAppliedPlan_whenANewVersionIsApplied_thenTheRecordCarriesBoth() throws Exception {
        applier.apply(List.of(plan("p", FIRST)), ApplyMode.STRICT);

        List<PlanChange> preview = applier.preview(List.of(plan("p", SECOND)), ApplyMode.STRICT);
        List<PlanChange> applied = applier.apply(List.of(plan("p", SECOND)), ApplyMode.STRICT);

        assertThat(applied).isEqualTo(preview);
        assertThat(catalog.read())
                .hasEntrySatisfying(
                        "p",
                        plan -> assertThat(plan.getVersions())
                                .extracting(PlanVersion::getVersion)
                                .containsExactly(1, 2));
    }

    @Test
    void givenOneRejectedPlan_whenSeveralAreApplied_thenNoneIsWritten() throws Exception {
        applier.apply(List.of(plan("p", FIRST)), ApplyMode.STRICT);
        Map<String, Plan> before = catalog.read();

        assertThatThrownBy(() -> applier.apply(
                        List.of(plan("q", FIRST), plan("p", version(1, "2026-01-01T00:00:00Z", 5))), ApplyMode.FORCED))
                .isInstanceOf(PlanRejectedException.class);

        assertThat(catalog.read()).isEqualTo(before);
    }

    @Test
    void givenAnotherUpdateBegan_whenTheFirstCommits_thenItIsRejectedAndTheSecondCounts() {
        try (PlanCatalogClient.Update slow = catalog.beginUpdate()) {
            assertThat(slow.read().plans()).isEmpty();
            try (PlanCatalogClient.Update quick = client(layout).beginUpdate()) {
                quick.commit(List.of(plan("p", FIRST)));

                assertThatThrownBy(() -> slow.commit(List.of(plan("p", SECOND))))
                        .isInstanceOf(ConcurrentApplyException.class);
            }
        }

        assertThat(catalog.read()).isEqualTo(Map.of("p", plan("p", FIRST)));
    }

    @Test
    void givenNoTopic_whenRead_thenTheMessageSaysSo() {
        PlanCatalogClient elsewhere = client(new TopicLayout("absent.", 1, (short) 1));

        assertThatThrownBy(elsewhere::read)
                .isInstanceOf(PlanCatalogException.class)
                .hasMessageContaining("absent.plan-catalog");
    }

    @Test
    void givenADeletedPlan_whenRead_thenItIsGone() throws Exception {
        applier.apply(List.of(plan("p", FIRST), plan("q", FIRST)), ApplyMode.STRICT);

        send("p", null);

        assertThat(catalog.read()).containsOnlyKeys("q");
        assertThatThrownBy(() ->
                        applier.apply(List.of(plan("p", version(1, "2026-01-01T00:00:00Z", 101))), ApplyMode.FORCED))
                .isInstanceOf(PlanRejectedException.class)
                .hasMessageContaining("plan p version 1: was in the catalog with other content");
        applier.apply(List.of(plan("p", FIRST)), ApplyMode.STRICT);
        assertThat(catalog.read()).containsOnlyKeys("p", "q");
    }

    @Test
    void givenARecordThatChangesAVersion_whenRead_thenItIsLeftOutAsTheAccountingRoleDoes() throws Exception {
        applier.apply(List.of(plan("p", FIRST)), ApplyMode.STRICT);

        try (PlanCatalogClient.Update update = catalog.beginUpdate()) {
            assertThatThrownBy(() -> update.commit(List.of(plan("p", version(1, "2026-01-01T00:00:00Z", 101)))))
                    .isInstanceOf(PlanCatalogException.class)
                    .hasMessageContaining("reads back differently");
        }

        assertThat(catalog.read()).isEqualTo(Map.of("p", plan("p", FIRST)));
    }

    @Test
    void givenBytesThatAreNoPlan_whenRead_thenTheMessageSaysSo() throws Exception {
        send("p", new byte[] {1, 2, 3});

        assertThatThrownBy(catalog::read)
                .isInstanceOf(PlanCatalogException.class)
                .hasMessageContaining(layout.name(Topic.PLAN_CATALOG));
    }

    /** The controller answers before every broker has heard of a new topic. */
    @Test
    void givenABrokerThatDoesNotKnowANewTopicYet_whenRolesCheckTheTopics_thenItIsAskedAgain() throws Exception {
        TopicLayout later = new TopicLayout("later.", 1, (short) 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            DescribeTopicsResult before = admin.describeTopics(
                    Stream.of(Topic.values()).map(later::name).toList());
            assertThatThrownBy(() -> before.allTopicNames().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            AtomicInteger staleAnswers = new AtomicInteger(3);
            Admin lagging = (Admin) Proxy.newProxyInstance(
                    Admin.class.getClassLoader(),
                    new Class<?>[] {Admin.class},
                    (_, method, arguments) ->
                            method.getName().equals("describeTopics") && staleAnswers.getAndDecrement() > 0
                                    ? before
                                    : method.invoke(admin, arguments));

            new TopicAdmin(admin, later).apply();
            new TopicAdmin(lagging, later).check();

            assertThat(staleAnswers).hasNegativeValue();
        }
    }

    private void send(String key, byte @Nullable [] value) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(layout.name(Topic.PLAN_CATALOG), key, value))
                    .get();
        }
    }

    private long endOffset() throws Exception {
        TopicPartition partition = new TopicPartition(layout.name(Topic.PLAN_CATALOG), 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        }
    }

    private static PlanCatalogClient client(TopicLayout layout) {
        return new PlanCatalogClient(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "schema.registry.url", registry.url()), layout);
    }
}
