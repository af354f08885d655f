package dev.tollgate.faults.cluster;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.sql.Migrator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Everything that a campaign runs, each in a process of its own on the loopback address: three Kafka nodes, the
 * registry, ClickHouse, two accounting instances that keep warm copies for each other and a third that comes and goes,
 * two sinks, a gateway and a service with a publisher.
 */
public final class Cluster implements AutoCloseable {
    public static final int PARTITIONS = 4;
    private static final String DATABASE = "tollgate";
    private static final Duration NODES_WITHIN = Duration.ofMinutes(3);

    private final Path folder;
    private final Shape shape;
    private final List<KafkaNode> nodes;
    private final List<Server> kafka = new ArrayList<>();
    private final EmbeddedStack stack;
    private final Link registryLink;
    private final Link clickHouseLink;
    private final Server registry;
    private final Server clickHouse;
    private final List<Server> accounting = new ArrayList<>();
    private final List<Server> sinks = new ArrayList<>();
    private final Server gateway;
    private final int gatewayPort;
    private final PublisherServer publisher;
    private final TopicLayout layout;

    /**
     * How many run all the time.
     *
     * @param kafka nodes, 1 or 3
     * @param accounting instances, 1 to 3
     * @param sinks 0 to 2
     */
    public record Shape(int kafka, int accounting, int sinks) {
        /** Of a campaign. */
        public static final Shape STANDARD = new Shape(3, 2, 2);
    }

    private Cluster(Path folder, Shape shape, Consumer<RequestEvent> safe) {
        this.folder = folder;
        this.shape = shape;
        layout = new TopicLayout("tollgate.", PARTITIONS, (short) shape.kafka());
        Path logs = folder.resolve("logs");
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stack = EmbeddedStack.start(
                EmbeddedStackOptions.lastingIn(folder.resolve("stack")).withParts(Part.REGISTRY, Part.CLICKHOUSE));
        nodes = KafkaNode.cluster(folder, shape.kafka());
        for (KafkaNode node : nodes) {
            kafka.add(new ChildServer("kafka-" + node.id(), false, node.prepare(nodes), node.folder(), logs));
        }
        kafka.forEach(Cluster::begin);
        registry = new PartServer("registry", stack, Part.REGISTRY);
        clickHouse = new PartServer("clickhouse", stack, Part.CLICKHOUSE);
        registryLink = new Link("registry", portOf(stack.registryUrl()));
        clickHouseLink = new Link("clickhouse", portOf(stack.clickHouseUrl().substring("jdbc:".length())));

        for (int i = 1; i <= 3; i++) {
            Path state = folder.resolve("accounting-" + i);
            accounting.add(role("accounting-" + i, state, logs, "streams", accountingSettings(state)));
        }
        for (int i = 1; i <= 2; i++) {
            sinks.add(role("sink-" + i, folder.resolve("sink-" + i), logs, "sink", sinkSettings()));
        }
        gatewayPort = LoopbackPort.free();
        gateway = role("gateway", folder.resolve("gateway"), logs, "gateway", gatewaySettings());
        publisher = new PublisherServer(publisherSettings(), folder.resolve("publisher"), logs, safe);
    }

    /**
     * Starts what the shape says; topics, schemas and tables are made first.
     *
     * @param safe hears of each event that the publisher cannot lose any more
     */
    public static Cluster start(Path folder, Shape shape, Consumer<RequestEvent> safe) throws InterruptedException {
        Cluster cluster = new Cluster(folder, shape, safe);
        try {
            cluster.prepare();
            for (Server server : cluster.running()) {
                server.start();
            }
            return cluster;
        } catch (RuntimeException | InterruptedException e) {
            cluster.close();
            throw e;
        }
    }

    private void prepare() {
        for (Server node : kafka) {
            if (!node.isAlive()) {
                throw new IllegalStateException(node.name() + " ended while it was starting; see its log in " + folder);
            }
        }
        Map<String, Object> clients = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                120_000);
        try (Admin admin = Admin.create(clients)) {
            awaitNodes(admin);
            TopicAdmin topics = new TopicAdmin(admin, layout);
            topics.apply();
            topics.registerSchemas(registryClient());
            new Migrator(clickHouseConfig()).migrate();
        } catch (RegistryRejection | SQLException e) {
            throw new IllegalStateException("topics, schemas and tables could not be made", e);
        }
    }

    /** Three nodes that start on two cores take their time to agree. */
    private void awaitNodes(Admin admin) {
        long deadline = System.nanoTime() + NODES_WITHIN.toNanos();
        try {
            while (admin.describeCluster().nodes().get(2, TimeUnit.MINUTES).size() < nodes.size()) {
                if (System.nanoTime() >= deadline) {
                    throw new IllegalStateException("not all Kafka nodes were there within " + NODES_WITHIN);
                }
                Thread.sleep(100);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Kafka does not answer; the logs are in " + folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void begin(Server server) {
        try {
            server.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Server role(String name, Path folder, Path logs, String command, Map<String, String> settings) {
        List<String> arguments = new ArrayList<>(List.of(command));
        settings.forEach((key, value) -> {
            arguments.add("-s");
            arguments.add(key + "=" + value);
        });
        return new ChildServer(
                name,
                true,
                Child.Program.ofRelease(
                        arguments, Map.of("TOLLGATE_LOG_LIBRARIES", System.getProperty("faults.logs", "WARN")), 256),
                folder,
                logs);
    }

    private Map<String, String> roleSettings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap-servers", KafkaNode.roleServers(nodes));
        settings.put("registry.url", through(registryLink, stack.registryUrl()));
        settings.put("topics.partitions", Integer.toString(PARTITIONS));
        settings.put("topics.replication", Integer.toString(shape.kafka()));
        return settings;
    }

    private Map<String, String> accountingSettings(Path state) {
        Map<String, String> settings = roleSettings();
        settings.put("streams.state-dir", state.resolve("state").toString());
        settings.put("streams.standbys", "1");
        return settings;
    }

    private Map<String, String> sinkSettings() {
        Map<String, String> settings = roleSettings();
        settings.put("clickhouse.url", through(clickHouseLink, stack.clickHouseUrl()));
        settings.put("clickhouse.database", DATABASE);
        return settings;
    }

    private Map<String, String> gatewaySettings() {
        Map<String, String> settings = roleSettings();
        settings.put("gateway.port", Integer.toString(gatewayPort));
        settings.put("gateway.anonymous", "true");
        return settings;
    }

    private List<String> publisherSettings() {
        return List.of(
                "bootstrap.servers=" + KafkaNode.roleServers(nodes),
                RegistryConfig.URL + "=" + through(registryLink, stack.registryUrl()),
                "publisher.name=faults",
                "publisher.spool-folder=" + folder.resolve("publisher").resolve("spool"),
                "publisher.spool-use=always");
    }

    private static String through(Link link, String url) {
        return url.replaceFirst("127\\.0\\.0\\.1:\\d+", "127.0.0.1:" + link.port());
    }

    private static int portOf(String url) {
        return URI.create(url).getPort();
    }

    /** Servers and roles that run all the time. */
    public List<Server> running() {
        return Stream.of(
                        kafka.stream(),
                        Stream.of(registry, clickHouse),
                        accounting.stream().limit(shape.accounting()),
                        sinks.stream().limit(shape.sinks()),
                        Stream.of(gateway, publisher))
                .flatMap(servers -> servers)
                .toList();
    }

    public List<Server> kafka() {
        return List.copyOf(kafka);
    }

    public Server registry() {
        return registry;
    }

    public Server clickHouse() {
        return clickHouse;
    }

    public ClickHouseDisk clickHouseDisk() {
        return new ClickHouseDisk(
                stack.folder().resolve("clickhouse/tables/data").resolve(DATABASE));
    }

    /** The two accounting instances that run all the time, and the third that joins and leaves. */
    public List<Server> accounting() {
        return List.copyOf(accounting);
    }

    public List<Server> sinks() {
        return List.copyOf(sinks);
    }

    public Server gateway() {
        return gateway;
    }

    public PublisherServer publisher() {
        return publisher;
    }

    /** All ways over the network. */
    public List<Link> links() {
        return Stream.concat(nodes.stream().map(KafkaNode::link), Stream.of(registryLink, clickHouseLink))
                .toList();
    }

    /** For the campaign's own clients: not through the links. */
    public String bootstrapServers() {
        return KafkaNode.directServers(nodes);
    }

    /** For clients that see what roles see of the network. */
    public String roleBootstrapServers() {
        return KafkaNode.roleServers(nodes);
    }

    public String registryUrl() {
        return stack.registryUrl();
    }

    public SchemaRegistryClient registryClient() {
        return new SchemaRegistryClient(RegistryConfig.ofUrl(registryUrl()));
    }

    public ClickHouseConfig clickHouseConfig() {
        return ClickHouseConfig.of(stack.clickHouseUrl(), DATABASE);
    }

    public TopicLayout layout() {
        return layout;
    }

    public URI gatewayEvents() {
        return URI.create("http://127.0.0.1:" + gatewayPort + "/v1/events");
    }

    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        try {
            for (Server server : Stream.concat(
                            running().stream(), accounting.stream().skip(shape.accounting()))
                    .filter(server -> !(server instanceof PartServer))
                    .filter(Server::isAlive)
                    .toList()
                    .reversed()) {
                server.kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stack.close();
            links().forEach(Link::close);
        }
    }
}
