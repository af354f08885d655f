package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.topology.OpenTasks;
import dev.tollgate.testkit.stack.Stacks;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams with a processor that fails as it is told to. */
class StreamsSupervisorIT {
    @TempDir
    Path folder;

    private final AtomicInteger read = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private final AccountingMetrics metrics = new AccountingMetrics();
    private TestingCluster cluster;
    private AccountingConfig config;

    @BeforeEach
    void start() throws RegistryRejection {
        cluster = new TestingCluster(Stacks.forTests());
        config = cluster.config(folder);
        try (Admin admin = Admin.create(config.plainClientProperties())) {
            new InputPositions(config, admin).prepare();
        }
        cluster.publishRaw(Topic.REQUEST_EVENTS, new byte[] {1}, new byte[] {1});
        cluster.producer.flush();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** A plain exception, as a producer throws it that lost an acknowledgement. */
    @Test
    void givenThreadsThatFailSeveralTimes_whenItPasses_thenTheyAreReplacedAndTheRecordIsRead() {
        try (StreamsSupervisor supervisor = supervisor(() -> streams(3, passing()))) {
            supervisor.start();

            TestingCluster.await("the record", () -> read.get() == 4 && supervisor.isRunning());
            assertThat(metrics.replacedThreads.count()).isEqualTo(3);
            assertThat(made).hasValue(1);
            assertThat(supervisor.isStopped()).isFalse();
        }
    }

    @Test
    void givenKafkaStreamsThatGaveUp_whenTheFaultMayPass_thenItIsMadeAnew() {
        try (StreamsSupervisor supervisor = supervisor(() -> made.get() == 0 ? givingUp() : streams(0, passing()))) {
            supervisor.start();

            TestingCluster.await("the record", () -> read.get() == 2 && supervisor.isRunning());
            assertThat(metrics.restarts.count()).isEqualTo(1);
            assertThat(made).hasValue(2);
            assertThat(clientsWithMeters())
                    .as("the meters are those of the one that runs")
                    .hasSize(1);
        }
        assertThat(clientsWithMeters()).isEmpty();
    }

    /** The brokers' names cannot be looked up at the moment at which it is to be made anew. */
    @Test
    void givenKafkaStreamsThatCannotBeMadeAnewAtOnce_whenTriedAgain_thenItIs() {
        AtomicInteger failures = new AtomicInteger(2);
        Supplier<KafkaStreams> factory = () -> {
            if (made.get() == 0) {
                return givingUp();
            }
            if (failures.getAndDecrement() > 0) {
                throw new KafkaException("Failed to create new KafkaAdminClient");
            }
            return streams(0, passing());
        };
        try (StreamsSupervisor supervisor = supervisor(factory)) {
            supervisor.start();

            TestingCluster.await("the record", () -> read.get() == 2 && supervisor.isRunning());
            assertThat(failures.get()).isNegative();
        }
    }

    @Test
    void givenBugOfOurs_whenItStrikes_thenTheRoleStopsAndSaysSo() {
        try (StreamsSupervisor supervisor =
                supervisor(() -> streams(1_000, new IllegalStateException("a bug of ours")))) {
            supervisor.start();

            TestingCluster.await("the end", supervisor::isStopped);
            assertThatThrownBy(supervisor::awaitTermination)
                    .isInstanceOf(IllegalStateException.class)
                    .hasStackTraceContaining("a bug of ours");
            assertThat(metrics.replacedThreads.count()).isZero();
            assertThat(read).hasValue(1);
        }
    }

    /** Ids of the Kafka Streams whose meters are registered. */
    private Set<String> clientsWithMeters() {
        return metrics.registry().getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("kafka.stream."))
                .map(meter -> meter.getId().getTag("client.id"))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private StreamsSupervisor supervisor(Supplier<KafkaStreams> factory) {
        return new StreamsSupervisor(factory, config, new TaskBeginnings(), metrics);
    }

    private static RuntimeException passing() {
        return new KafkaException("can no longer retry them");
    }

    private KafkaStreams streams(int failures, RuntimeException fault) {
        made.incrementAndGet();
        return new KafkaStreams(topology(failures, fault), properties(), new StreamsClients(new OpenTasks()));
    }

    /** Ends in ERROR at the first fault, whatever its handler says. */
    private KafkaStreams givingUp() {
        made.incrementAndGet();
        return new KafkaStreams(topology(1, passing()), properties(), new StreamsClients(new OpenTasks())) {
            @Override
            public void setUncaughtExceptionHandler(StreamsUncaughtExceptionHandler handler) {
                super.setUncaughtExceptionHandler(_ -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
            }
        };
    }

    private StreamsConfig properties() {
        return new StreamsConfig(config.toProperties());
    }

    private Topology topology(int failures, RuntimeException fault) {
        AtomicInteger left = new AtomicInteger(failures);
        Topology topology = new Topology();
        topology.addSource(
                "source",
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                cluster.layout.name(Topic.REQUEST_EVENTS));
        topology.addProcessor(
                "reader",
                () -> new Processor<byte[], byte[], Void, Void>() {
                    @Override
                    public void process(Record<byte[], byte[]> record) {
                        read.incrementAndGet();
                        if (left.getAndDecrement() > 0) {
                            throw fault;
                        }
                    }
                },
                "source");
        return topology;
    }
}
