package dev.tollgate.embedded.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.process.LoopbackPort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
    private static final String TOPIC = "greetings";

    @TempDir
    Path folder;

    @Test
    void givenRecordsOfATransaction_whenNodeRestartsOnOtherPorts_thenTheyAreStillRead() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, LoopbackPort.free(), LoopbackPort.free())) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)))
                        .all()
                        .get();
            }
            publish(kafka, "committed", true);
            publish(kafka, "aborted", false);

            assertThat(readCommitted(kafka, 1)).containsExactly("committed");
        }

        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, LoopbackPort.free(), LoopbackPort.free())) {
            publish(kafka, "after the restart", true);

            assertThat(readCommitted(kafka, 2)).containsExactly("committed", "after the restart");
        }
    }

    @Test
    void givenTakenPort_whenNodeStarts_thenTheMessageNamesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LoopbackPort.HOST))) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> EmbeddedKafka.start(folder, port, LoopbackPort.free()))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("port " + port);
        }
    }

    private static void publish(EmbeddedKafka kafka, String value, boolean commit) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "transactional.id", "EmbeddedKafkaIT",
                "compression.type", "lz4");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, "key", value)).get();
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private static List<String> readCommitted(EmbeddedKafka kafka, int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "group.id", "EmbeddedKafkaIT",
                "enable.auto.commit", "false",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed");
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> polled : consumer.poll(Duration.ofMillis(100))) {
                    values.add(polled.value());
                }
            }
        }
        return values;
    }
}
