package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.serde.WireFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** A Kafka node that can be stopped and started again on the same ports and data, and what has arrived in it. */
public final class TestingKafka implements AutoCloseable {
    public static final String TOPIC = "tollgate.request-events";
    public static final int PARTITIONS = 4;

    private final Path folder;
    private final int port = LoopbackPort.free();
    private final int controllerPort = LoopbackPort.free();
    private @Nullable EmbeddedKafka running;

    public TestingKafka(Path folder) {
        this.folder = folder;
    }

    /** With the topic in it. */
    public static TestingKafka startedIn(Path folder) throws Exception {
        TestingKafka kafka = new TestingKafka(folder);
        kafka.start();
        kafka.createTopic();
        return kafka;
    }

    public void start() {
        running = EmbeddedKafka.start(folder, port, controllerPort);
    }

    public void createTopic() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    public void alterTopic(String key, String value) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
        }
    }

    public void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    public String bootstrapServers() {
        return LoopbackPort.HOST + ":" + port;
    }

    /** Properties of a publisher for it. */
    public Map<String, Object> publisherProperties(TestingRegistry registry) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", bootstrapServers());
        properties.put("schema.registry.url", registry.url());
        return properties;
    }

    /** Everything in the topic, partition by partition, in the order of the log. */
    public List<Arrived> readAll() throws IOException {
        AvroTypes.trust();
        SpecificDatumReader<RequestEvent> reader = new SpecificDatumReader<>(RequestEvent.getClassSchema());
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers(), "fetch.max.bytes", 64 << 20, "max.poll.records", 50_000);
        List<Arrived> arrived = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime() - deadline)
                        .as("reading takes too long")
                        .isNegative();
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    byte[] value = record.value();
                    int id = WireFormat.schemaId(value);
                    @SuppressWarnings("NullAway") // Avro's "reuse" takes null, but is not annotated so.
                    RequestEvent event = reader.read(
                            null,
                            DecoderFactory.get().binaryDecoder(value, WireFormat.PREFIX_BYTES, value.length - 5, null));
                    arrived.add(new Arrived(record.key(), record.partition(), record.offset(), id, event));
                }
            }
        }
        return arrived;
    }

    @Override
    public void close() {
        stop();
    }

    /** One record of the topic. */
    public record Arrived(String key, int partition, long offset, int schemaId, RequestEvent event) {}
}
