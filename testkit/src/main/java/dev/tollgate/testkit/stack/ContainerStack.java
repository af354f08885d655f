package dev.tollgate.testkit.stack;

import dev.tollgate.embedded.Stack;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** The stack on official images, by Testcontainers: what the embedded one must behave like. */
public final class ContainerStack implements Stack {
    private static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.3.1");
    private static final DockerImageName REGISTRY = DockerImageName.parse("confluentinc/cp-schema-registry:8.2.0");
    private static final DockerImageName CLICKHOUSE = DockerImageName.parse("clickhouse/clickhouse-server:26.3");

    private static final int REGISTRY_PORT = 8081;
    private static final int CLICKHOUSE_PORT = 8123;
    private static final Duration START_WITHIN = Duration.ofMinutes(2);

    private final Network network = Network.newNetwork();
    private final KafkaContainer kafka = new KafkaContainer(KAFKA, network);
    private final GenericContainer<?> registry = new GenericContainer<>(REGISTRY)
            .withNetwork(network)
            .withExposedPorts(REGISTRY_PORT)
            .withEnv("SCHEMA_REGISTRY_HOST_NAME", "registry")
            .withEnv("SCHEMA_REGISTRY_LISTENERS", "http://0.0.0.0:" + REGISTRY_PORT)
            .withEnv("SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS", "PLAINTEXT://" + KafkaContainer.INTERNAL_ADDRESS)
            .withEnv("SCHEMA_REGISTRY_SCHEMA_COMPATIBILITY_LEVEL", "full_transitive")
            .dependsOn(kafka)
            .waitingFor(Wait.forHttp("/subjects").forPort(REGISTRY_PORT).withStartupTimeout(START_WITHIN));
    private final GenericContainer<?> clickHouse = new GenericContainer<>(CLICKHOUSE)
            .withExposedPorts(CLICKHOUSE_PORT)
            // Without it the image lets its user without a password in from the container only.
            .withEnv("CLICKHOUSE_SKIP_USER_SETUP", "1")
            .waitingFor(Wait.forHttp("/ping").forPort(CLICKHOUSE_PORT).withStartupTimeout(START_WITHIN));

    private ContainerStack() {}

    /** Skips the calling test, with the reason, where there is no Docker. */
    public static void assumeDocker() {
        Assumptions.assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "needs Docker, and no Docker engine answers (DOCKER_HOST or the local socket)");
    }

    /** Starts all three and returns when they answer. */
    public static ContainerStack start() {
        ContainerStack stack = new ContainerStack();
        try {
            Startables.deepStart(List.of(stack.kafka, stack.registry, stack.clickHouse))
                    .join();
            return stack;
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    @Override
    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    @Override
    public String registryUrl() {
        return "http://" + registry.getHost() + ":" + registry.getMappedPort(REGISTRY_PORT);
    }

    @Override
    public String clickHouseUrl() {
        return "jdbc:ch://" + clickHouse.getHost() + ":" + clickHouse.getMappedPort(CLICKHOUSE_PORT)
                + "/default?compress=0&clickhouse_setting_async_insert=0";
    }

    @Override
    public void close() {
        Stream.of(clickHouse, registry, kafka).forEach(GenericContainer::stop);
        network.close();
    }
}
