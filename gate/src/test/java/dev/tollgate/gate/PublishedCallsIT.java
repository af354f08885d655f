package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.gate.http.CallExtractor;
import dev.tollgate.gate.http.GateHttpFilter;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import dev.tollgate.publisher.http.HttpUsage;
import dev.tollgate.publisher.jdkhttp.UsageExchangeFilter;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service with the publisher's and the gate's filter on a real Kafka: the gate knows which calls a snapshot has. */
class PublishedCallsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVENTS = "tollgate.request-events";
    private static final long AMOUNT = 100;

    @Test
    void givenAServiceWithBothFilters_whenSnapshotsComeInBetween_thenNoOwnCallIsGuessed(@TempDir Path folder)
            throws Exception {
        long now = System.currentTimeMillis();
        try (TestingRegistry registry = new TestingRegistry();
                EmbeddedKafka kafka = EmbeddedKafka.start(folder, LoopbackPort.free(), LoopbackPort.free());
                Gate gate = Gate.unfed(GateConfig.from(TestingGate.settings()), () -> now)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                new TopicAdmin(admin, TopicLayout.standard()).apply();
            }
            gate.apply(TestingPlan.perMinute(AMOUNT));
            gate.apply(snapshot(1, now, 0, 0, -1));
            try (RequestEventPublisher own = publisher(kafka, registry, "own");
                    RequestEventPublisher other = publisher(kafka, registry, "other")) {
                HttpServer server = serve(gate, own);
                try {
                    for (int i = 0; i < 30; i++) {
                        assertThat(get(server).statusCode()).isEqualTo(204);
                        if (i % 3 == 0) {
                            other.publish(UsageCall.of("acme", "/v2/notes"));
                            // Offsets of both take turns.
                            assertThat(own.flush(PATIENCE)).isTrue();
                            assertThat(other.flush(PATIENCE)).isTrue();
                        }
                    }
                    assertThat(own.flush(PATIENCE)).isTrue();
                    assertThat(other.flush(PATIENCE)).isTrue();
                    List<ConsumerRecord<byte[], byte[]>> log = read(kafka);
                    assertThat(log).hasSize(40);
                    List<RequestEvent> events = decoded(registry, log);

                    for (int count = 1; count <= log.size(); count += 3) {
                        ConsumerRecord<byte[], byte[]> last = log.get(count - 1);
                        gate.apply(snapshot(1 + count, now, count, last.partition(), last.offset()));

                        long beyond = events.subList(count, events.size()).stream()
                                .filter(event -> "own".equals(event.getProducer()))
                                .count();
                        assertThat(remaining(gate)).as("snapshot of %s", count).isEqualTo(AMOUNT - count - beyond);
                    }
                } finally {
                    server.stop(0);
                }
            }
        }
    }

    private static LimitState snapshot(long version, long at, long used, int partition, long offset) {
        return TestingState.at(version, at)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, AMOUNT, used)
                .reaching(partition, offset)
                .build();
    }

    private static long remaining(Gate gate) {
        Permit probe = gate.begin(Call.of("acme", "/v2/notes"));
        probe.end(Outcome.INVALID);
        return Long.parseLong(String.valueOf(probe.decision().headers().get("X-RateLimit-Remaining")));
    }

    private static RequestEventPublisher publisher(EmbeddedKafka kafka, TestingRegistry registry, String name) {
        return RequestEventPublisher.start(PublisherConfig.from(Map.of(
                "kafka.bootstrap-servers",
                kafka.bootstrapServers(),
                "registry.url",
                registry.url(),
                "publisher.name",
                name)));
    }

    private static HttpServer serve(Gate gate, RequestEventPublisher publisher) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", exchange -> {
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                })
                .getFilters()
                .addAll(List.of(
                        new UsageExchangeFilter(
                                HttpUsage.of(publisher, call -> "acme").build()),
                        new GateHttpFilter(
                                gate,
                                CallExtractor.<HttpExchange>of(
                                        exchange -> "acme",
                                        exchange -> exchange.getRequestURI().getPath()))));
        server.start();
        return server;
    }

    private static HttpResponse<Void> get(HttpServer server) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v2/notes");
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(EmbeddedKafka kafka) {
        List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(EVENTS).stream()
                    .map(info -> new TopicPartition(EVENTS, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime() - deadline).isNegative();
                consumer.poll(Duration.ofMillis(100)).forEach(log::add);
            }
        }
        return log;
    }

    private static List<RequestEvent> decoded(TestingRegistry registry, List<ConsumerRecord<byte[], byte[]>> log) {
        AvroDeserializer<RequestEvent> events = new AvroDeserializer<>(
                RequestEvent.class, new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url())));
        return log.stream()
                .map(record -> events.deserialize(EVENTS, record.value()))
                .toList();
    }
}
