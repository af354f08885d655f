package dev.tollgate.embedded.kafka;

import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.process.LoopbackPort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka node in this JVM, broker and KRaft controller in one, on two loopback ports, its log in one folder that
 * outlives it.
 *
 * <p>It is a real broker with Kafka's own defaults except where a single node on a small machine needs others:
 * replication factor 1, few partitions for the internal topics, a small log cleaner buffer, and consumer groups that
 * start without waiting for more members. Topics are never created by being used.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);

    private static final int NODE_ID = 1;
    private static final String BROKER = "BROKER";
    private static final String CONTROLLER = "CONTROLLER";

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a node and returns when it serves clients.
     *
     * @param folder where its log is kept; created and formatted if it is not there yet
     * @param port for clients, 1 to 65535
     * @param controllerPort for the node's own controller, 1 to 65535, another one; may differ from the last run's
     * @throws StackException if it cannot start, for instance because a port is taken
     */
    public static EmbeddedKafka start(Path folder, int port, int controllerPort) {
        requireFree(port);
        requireFree(controllerPort);
        surviveFatalFaults();
        long startedAt = System.nanoTime();
        KafkaRaftServer server = null;
        try {
            Files.createDirectories(folder);
            format(folder);
            server = new KafkaRaftServer(new KafkaConfig(settings(folder, port, controllerPort), false), Time.SYSTEM);
            server.startup();
        } catch (Exception e) {
            stopQuietly(server);
            throw new StackException(
                    "Kafka did not start on port %d in %s: %s".formatted(port, folder, e.getMessage()), e);
        }
        log.info(
                "Kafka started: port={} folder={} millis={}",
                port,
                folder,
                (System.nanoTime() - startedAt) / 1_000_000);
        return new EmbeddedKafka(server, port);
    }

    /** The value for Kafka's {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return LoopbackPort.HOST + ":" + port;
    }

    /** Shuts the node down in order: open transactions stay open, logs are flushed and marked clean. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Map<String, String> settings(Path folder, int port, int controllerPort) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("controller.quorum.voters", NODE_ID + "@" + LoopbackPort.HOST + ":" + controllerPort);
        settings.put("listeners", listener(BROKER, port) + "," + listener(CONTROLLER, controllerPort));
        settings.put("advertised.listeners", listener(BROKER, port));
        settings.put("inter.broker.listener.name", BROKER);
        settings.put("controller.listener.names", CONTROLLER);
        settings.put("listener.security.protocol.map", BROKER + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        settings.put("log.dirs", folder.toString());

        settings.put("auto.create.topics.enable", "false");
        settings.put("default.replication.factor", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        // The first batch of a transaction waits until the one before has ended, which takes a millisecond or two here.
        settings.put("add.partitions.to.txn.retry.backoff.ms", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");

        settings.put("group.initial.rebalance.delay.ms", "0");
        // After a kill the controller waits for the dead incarnation's session to end before it lets the node in again.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        return settings;
    }

    private static String listener(String name, int port) {
        return name + "://" + LoopbackPort.HOST + ":" + port;
    }

    private static void format(Path folder) throws Exception {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(NODE_ID)
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName(CONTROLLER)
                .setUnstableFeatureVersionsEnabled(false)
                .setIgnoreFormatted(true)
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
    }

    private static void requireFree(int port) {
        if (!LoopbackPort.isFree(port)) {
            throw new StackException("Kafka needs port " + port + " on " + LoopbackPort.HOST
                    + ", but another process listens there: stop it or choose another port");
        }
    }

    /**
     * Kafka ends its process on a fatal fault, such as a log folder that cannot be written. Here that process is
     * somebody else's, so the fault becomes an exception of the thread that met it.
     */
    private static void surviveFatalFaults() {
        Exit.setExitProcedure(EmbeddedKafka::preventExit);
        Exit.setHaltProcedure(EmbeddedKafka::preventExit);
    }

    private static void preventExit(int status, @Nullable String message) {
        log.error("Kafka met a fatal fault and asked to end the process: status={} message={}", status, message);
        throw new IllegalStateException("Kafka met a fatal fault: status " + status);
    }

    private static void stopQuietly(@Nullable KafkaRaftServer server) {
        if (server != null) {
            try {
                server.shutdown();
            } catch (RuntimeException e) {
                log.debug("Kafka did not stop cleanly after a failed start", e);
            }
        }
    }
}
