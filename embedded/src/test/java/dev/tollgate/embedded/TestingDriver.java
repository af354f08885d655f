package dev.tollgate.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Leaves one thing in each part of a stack and looks whether it is there. */
final class TestingDriver {
    private static final String NAME = "thing";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Stack stack;

    TestingDriver(Stack stack) {
        this.stack = stack;
    }

    void publish(String value) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            if (!admin.listTopics().names().get().contains(NAME)) {
                admin.createTopics(List.of(new NewTopic(NAME, 1, (short) 1)))
                        .all()
                        .get();
            }
        }
        Map<String, Object> config = Map.of("bootstrap.servers", stack.bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(NAME, value)).get();
        }
    }

    List<String> published(int count) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", stack.bootstrapServers(), "auto.offset.reset", "earliest");
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(NAME, 0)));
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> polled : consumer.poll(Duration.ofMillis(100))) {
                    values.add(polled.value());
                }
            }
        }
        return values;
    }

    void registerSchema() throws Exception {
        registerSchema(NAME);
    }

    void registerSchema(String subject) throws Exception {
        String body = "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Thing\\\",\\\"fields\\\":[]}\"}";
        HttpResponse<String> response =
                registry("/subjects/" + subject + "/versions", HttpRequest.BodyPublishers.ofString(body), "POST");
        if (response.statusCode() != 200) {
            throw new IOException("registering failed: " + response.statusCode() + " " + response.body());
        }
    }

    /** A JSON array of names. */
    String subjects() throws Exception {
        return registry("/subjects", HttpRequest.BodyPublishers.noBody(), "GET").body();
    }

    void insert(long value) throws SQLException {
        execute("CREATE TABLE IF NOT EXISTS " + NAME + " (n UInt64) ENGINE = MergeTree ORDER BY n");
        execute("INSERT INTO " + NAME + " VALUES (" + value + ")");
    }

    List<Long> inserted() throws SQLException {
        List<Long> values = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(stack.clickHouseUrl());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT n FROM " + NAME + " ORDER BY n")) {
            while (result.next()) {
                values.add(result.getLong(1));
            }
        }
        return values;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(stack.clickHouseUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private HttpResponse<String> registry(String path, HttpRequest.BodyPublisher body, String method) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(stack.registryUrl() + path))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .timeout(DEADLINE)
                .method(method, body)
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
