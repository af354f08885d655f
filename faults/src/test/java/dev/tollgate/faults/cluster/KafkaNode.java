package dev.tollgate.faults.cluster;

import dev.tollgate.embedded.process.LoopbackPort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One of the nodes of a Kafka cluster, broker and controller in one. Roles reach it through a {@link Link}, the other
 * nodes and the campaign itself directly.
 *
 * @param id 1 and up
 * @param directPort for the other nodes and the campaign
 * @param rolePort where it listens for roles
 * @param controllerPort for the quorum
 * @param link by which roles reach the role port
 * @param folder of its log
 */
record KafkaNode(int id, int directPort, int rolePort, int controllerPort, Link link, Path folder) {
    private static final String CLUSTER_ID = "ZmF1bHRzLWNhbXBhaWduMQ";
    private static final String DIRECT = "DIRECT";
    private static final String ROLES = "ROLES";
    private static final String CONTROLLER = "CONTROLLER";

    /** @param size how many nodes, each of which has a copy of everything */
    static List<KafkaNode> cluster(Path folder, int size) {
        List<KafkaNode> nodes = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            int rolePort = LoopbackPort.free();
            nodes.add(new KafkaNode(
                    id,
                    LoopbackPort.free(),
                    rolePort,
                    LoopbackPort.free(),
                    new Link("kafka-" + id, rolePort),
                    folder.resolve("kafka-" + id)));
        }
        return nodes;
    }

    static String directServers(List<KafkaNode> nodes) {
        return nodes.stream().map(node -> "127.0.0.1:" + node.directPort()).collect(Collectors.joining(","));
    }

    static String roleServers(List<KafkaNode> nodes) {
        return nodes.stream().map(node -> "127.0.0.1:" + node.link().port()).collect(Collectors.joining(","));
    }

    /** Formats the node's folder and returns the program that runs it. */
    Child.Program prepare(List<KafkaNode> nodes) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve("server.properties");
            Path log = folder.resolve("log");
            Files.createDirectories(log);
            Files.writeString(
                    file,
                    settings(nodes, log).entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                            .collect(Collectors.joining()));
            new Formatter()
                    .setClusterId(CLUSTER_ID)
                    .setNodeId(id)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .addDirectory(log.toString())
                    .setMetadataLogDirectory(log.toString())
                    .setControllerListenerName(CONTROLLER)
                    .setUnstableFeatureVersionsEnabled(false)
                    .setIgnoreFormatted(true)
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
            return Child.Program.own(
                    KafkaMain.class.getName(), List.of(file.toString()), Map.of("TOLLGATE_LOG_LIBRARIES", "WARN"), 320);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("the folder of Kafka node " + id + " cannot be formatted", e);
        }
    }

    private Map<String, String> settings(List<KafkaNode> nodes, Path log) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(id));
        settings.put(
                "controller.quorum.voters",
                nodes.stream()
                        .map(node -> node.id() + "@127.0.0.1:" + node.controllerPort())
                        .collect(Collectors.joining(",")));
        settings.put(
                "listeners",
                "%s://127.0.0.1:%d,%s://127.0.0.1:%d,%s://127.0.0.1:%d"
                        .formatted(DIRECT, directPort, ROLES, rolePort, CONTROLLER, controllerPort));
        settings.put(
                "advertised.listeners",
                "%s://127.0.0.1:%d,%s://127.0.0.1:%d".formatted(DIRECT, directPort, ROLES, link.port()));
        settings.put("inter.broker.listener.name", DIRECT);
        settings.put("controller.listener.names", CONTROLLER);
        settings.put(
                "listener.security.protocol.map",
                "%s:PLAINTEXT,%s:PLAINTEXT,%s:PLAINTEXT".formatted(DIRECT, ROLES, CONTROLLER));
        settings.put("log.dirs", log.toString());
        settings.put("auto.create.topics.enable", "false");
        String replication = Integer.toString(nodes.size());
        // Of three, so that one node can die and nothing acknowledged stands on one node alone.
        String inSync = Integer.toString(Math.min(2, nodes.size()));
        settings.put("default.replication.factor", replication);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", replication);
        settings.put("offsets.topic.num.partitions", "3");
        settings.put("transaction.state.log.replication.factor", replication);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("transaction.state.log.num.partitions", "3");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // A dead node is missed after three seconds rather than nine: rounds are short.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        // As docs/accounting.md asks of brokers: each commit is followed by batches that wait for its end.
        settings.put("add.partitions.to.txn.retry.backoff.ms", "1");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        return settings;
    }
}
