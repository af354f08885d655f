package dev.tollgate.testkit.stack;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.time.Duration;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * One KRaft node of the official image.
 *
 * <p>A broker tells its clients where to find it, and the port that they reach it by is not known before the container
 * runs. So the container starts by waiting for a script, which is copied into it as soon as the port is known and
 * starts Kafka with it.
 */
final class KafkaContainer extends GenericContainer<KafkaContainer> {
    /** Where other containers of the network find the broker. */
    static final String INTERNAL_ADDRESS = "kafka:19092";

    /** Sixteen bytes in Base64, as Kafka wants it: "tollgate-testkit". */
    private static final String CLUSTER_ID = "dG9sbGdhdGUtdGVzdGtpdA";

    private static final int PORT = 9092;
    private static final String START_SCRIPT = "/tmp/start-with-address.sh";

    KafkaContainer(DockerImageName image, Network network) {
        super(image);
        withNetwork(network);
        withNetworkAliases("kafka");
        withExposedPorts(PORT);
        withEnv(Map.ofEntries(
                Map.entry("CLUSTER_ID", CLUSTER_ID),
                Map.entry("KAFKA_NODE_ID", "1"),
                Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
                Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
                Map.entry("KAFKA_LISTENERS", "OUTSIDE://:" + PORT + ",INSIDE://:19092,CONTROLLER://:9093"),
                Map.entry(
                        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                        "OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("KAFKA_INTER_BROKER_LISTENER_NAME", "INSIDE"),
                Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
                Map.entry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
                Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
                Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")));
        withCommand("sh", "-c", "until [ -s " + START_SCRIPT + " ]; do sleep 0.1; done; exec sh " + START_SCRIPT);
        waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1).withStartupTimeout(Duration.ofMinutes(2)));
    }

    String bootstrapServers() {
        return getHost() + ":" + getMappedPort(PORT);
    }

    @Override
    protected void containerIsStarting(InspectContainerResponse containerInfo) {
        copyFileToContainer(
                Transferable.of("export KAFKA_ADVERTISED_LISTENERS=OUTSIDE://" + bootstrapServers() + ",INSIDE://"
                        + INTERNAL_ADDRESS + "\nexec /etc/kafka/docker/run\n"),
                START_SCRIPT);
    }
}
