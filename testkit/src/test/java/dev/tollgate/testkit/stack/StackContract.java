package dev.tollgate.testkit.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.data.ClickHouseFormat;
import com.clickhouse.jdbc.ConnectionImpl;
import dev.tollgate.embedded.Stack;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the pipeline needs of a stack. The same assertions hold for the embedded one and for official images. */
abstract class StackContract {
    private static final int UNKNOWN_TABLE = 60;
    private static final int UNKNOWN_IDENTIFIER = 47;

    /** Tells this test's topics, subjects and database apart from those of others on the same stack. */
    private final String name = "contract_" + UUID.randomUUID().toString().replace("-", "");

    private Stack stack;
    private Connection connection;

    abstract Stack stack();

    @BeforeEach
    void connect() throws SQLException {
        stack = stack();
        connection = DriverManager.getConnection(stack.clickHouseUrl());
        execute("CREATE DATABASE " + name);
    }

    @AfterEach
    void disconnect() throws SQLException {
        if (connection != null) {
            execute("DROP DATABASE " + name);
            connection.close();
        }
    }

    @Test
    void givenTransactions_whenReadCommitted_thenOnlyCommittedRecordsArrive() throws Exception {
        createTopic();

        publish("first", true);
        publish("aborted", false);
        publish("second", true);

        assertThat(readCommitted(2)).containsExactly("first", "second");
    }

    @Test
    void givenNoTopic_whenSomebodyPublishes_thenNoneIsCreated() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            assertThatThrownBy(() ->
                            admin.describeTopics(List.of(name)).allTopicNames().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void givenRegisteredSchema_whenLookedUp_thenItsIdAndTextAreTheSame() throws Exception {
        String schema = recordSchema("{\"name\":\"a\",\"type\":\"int\"}");

        HttpResponse<String> registered = registry("/subjects/" + name + "/versions", schemaBody(schema));
        HttpResponse<String> lookedUp = registry("/subjects/" + name, schemaBody(schema));

        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(200);
        assertThat(lookedUp.statusCode()).as(lookedUp.body()).isEqualTo(200);
        String id = registered.body().replaceAll(".*\"id\":(\\d+).*", "$1");
        assertThat(lookedUp.body()).contains("\"id\":" + id);
        assertThat(registry("/schemas/ids/" + id, null).body()).contains("\\\"name\\\":\\\"a\\\"");
    }

    @Test
    void givenRegisteredSchema_whenAnIncompatibleOneFollows_thenItIsRejected() throws Exception {
        registry("/subjects/" + name + "/versions", schemaBody(recordSchema("{\"name\":\"a\",\"type\":\"int\"}")));

        HttpResponse<String> rejected = registry(
                "/subjects/" + name + "/versions", schemaBody(recordSchema("{\"name\":\"b\",\"type\":\"int\"}")));

        assertThat(rejected.statusCode()).as(rejected.body()).isEqualTo(409);
    }

    @Test
    void givenUnknownId_whenAsked_thenTheErrorHasConfluentsCode() throws Exception {
        HttpResponse<String> unknown = registry("/schemas/ids/999999", null);

        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("40403");
    }

    @Test
    void givenValuesWithToken_whenTheBatchIsRepeated_thenTableAndViewCountItOnce() throws Exception {
        createTableWithView();
        String insert =
                "INSERT INTO " + name + ".event (account, at, n) SETTINGS insert_deduplication_token = 'batch-1',"
                        + " insert_deduplicate = 1, deduplicate_blocks_in_dependent_materialized_views ="
                        + " 1 VALUES ('a', '2026-11-01 00:00:00.123', 1), ('it''s \\'b\\' FORMAT x',"
                        + " '2026-11-02 00:00:00', 2)";

        execute(insert);
        execute(insert);

        assertThat(query("SELECT count(), sum(n) FROM " + name + ".event")).containsExactly("2\t3");
        assertThat(query("SELECT sum(n) FROM " + name + ".daily")).containsExactly("3");
        assertThat(query("SELECT account, toString(at) FROM " + name + ".event ORDER BY n"))
                .containsExactly("a\t2026-11-01 00:00:00.123", "it's 'b' FORMAT x\t2026-11-02 00:00:00.000");
    }

    @Test
    void givenRowBinaryWithToken_whenALargeBatchIsRepeated_thenTableAndViewCountItOnce() throws Exception {
        createTableWithView();
        int rows = 100_000;

        insertRowBinary(rows, "batch-1");
        insertRowBinary(rows, "batch-1");
        insertRowBinary(rows, "batch-2");

        long sum = 2L * rows * (rows - 1) / 2;
        assertThat(query("SELECT count(), sum(n), uniqExact(n) FROM " + name + ".event"))
                .containsExactly(2L * rows + "\t" + sum + "\t" + rows);
        assertThat(query("SELECT sum(n) FROM " + name + ".daily")).containsExactly(Long.toString(sum));
    }

    @Test
    void givenRowBinaryThatEndsInTheMiddleOfARow_whenInserted_thenItFailsAndNothingIsThere() throws Exception {
        createTableWithView();

        assertThatThrownBy(() -> insert(out -> out.write(new byte[] {1, 'a', 0}), "broken"))
                .isInstanceOf(Exception.class);

        assertThat(query("SELECT count() FROM " + name + ".event")).containsExactly("0");
    }

    @Test
    void givenErrorsOfTheEngine_whenTheyReachTheDriver_thenTheyAreSqlExceptionsWithTheirCode() throws Exception {
        createTableWithView();

        assertThatThrownBy(() -> query("SELECT 1 FROM " + name + ".nowhere"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(UNKNOWN_TABLE));
        assertThatThrownBy(() -> query("SELECT nothing FROM " + name + ".event"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(UNKNOWN_IDENTIFIER));
        assertThatThrownBy(() -> execute("INSERT INTO " + name + ".event VALUES ('a', 'not a time', 1)"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isPositive());
    }

    @Test
    void givenLargeResult_whenRead_thenEveryRowIsExact() throws Exception {
        int rows = 300_000;

        long next = 0;
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT number, concat('row ', toString(number)) AS text FROM numbers(" + rows + ")")) {
            while (result.next()) {
                assertThat(result.getLong(1)).isEqualTo(next);
                assertThat(result.getString(2)).isEqualTo("row " + next);
                next++;
            }
        }

        assertThat(next).isEqualTo(rows);
    }

    @Test
    void givenResultThatFailsAfterManyRows_whenRead_thenTheDriverDoesNotTakeAPartForTheWhole() {
        String failing = "SELECT number, throwIf(number = 900000, 'too far') FROM numbers(1000000)"
                + " SETTINGS max_block_size = 10000, max_threads = 1";

        assertThatThrownBy(() -> query(failing)).isInstanceOf(SQLException.class);
    }

    @Test
    void givenEmptyResult_whenRead_thenItsColumnsAreKnown() throws Exception {
        createTableWithView();

        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT account, n FROM " + name + ".event")) {
            assertThat(result.next()).isFalse();
            assertThat(result.getMetaData().getColumnCount()).isEqualTo(2);
            assertThat(result.getMetaData().getColumnName(2)).isEqualTo("n");
        }
    }

    @Test
    void givenPreparedStatements_whenRun_thenParametersAreValuesAndNeverText() throws Exception {
        createTableWithView();
        String hostile = "x'); DROP TABLE event; -- \\ FORMAT CSV \n?";

        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO " + name + ".event (account, at, n) VALUES (?, ?, ?)")) {
            for (int i = 0; i < 3; i++) {
                insert.setString(1, hostile + i);
                insert.setObject(2, Instant.parse("2026-11-01T00:00:00.123Z"));
                insert.setLong(3, i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).hasSize(3);
        }

        try (PreparedStatement select =
                connection.prepareStatement("SELECT n, at FROM " + name + ".event WHERE account = ? AND n >= ?")) {
            select.setString(1, hostile + 2);
            select.setLong(2, 1);
            try (ResultSet result = select.executeQuery()) {
                assertThat(result.next()).isTrue();
                assertThat(result.getLong(1)).isEqualTo(2);
                assertThat(result.getString(2)).isEqualTo("2026-11-01 00:00:00.123");
                assertThat(result.next()).isFalse();
            }
        }
    }

    @Test
    void givenManyClients_whenTheyInsertAtOnce_thenNoRowIsLost() throws Exception {
        createTableWithView();
        int clients = 8;
        int batches = 10;

        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                String account = "client-" + client;
                futures.add(threads.submit(() -> {
                    try (Connection own = DriverManager.getConnection(stack.clickHouseUrl());
                            Statement statement = own.createStatement()) {
                        for (int batch = 0; batch < batches; batch++) {
                            statement.execute("INSERT INTO " + name + ".event VALUES ('" + account
                                    + "', '2026-11-01 00:00:00', " + batch + ")");
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }

        assertThat(query("SELECT count(), uniqExact(account, n) FROM " + name + ".event"))
                .containsExactly(clients * batches + "\t" + clients * batches);
    }

    private void createTableWithView() throws SQLException {
        execute("CREATE TABLE " + name + ".event (account String, at DateTime64(3, 'UTC'), n UInt64)"
                + " ENGINE = MergeTree ORDER BY (account, at) SETTINGS non_replicated_deduplication_window = 1000");
        execute("CREATE TABLE " + name + ".daily (day Date, n UInt64)"
                + " ENGINE = SummingMergeTree ORDER BY day SETTINGS non_replicated_deduplication_window = 1000");
        execute("CREATE MATERIALIZED VIEW " + name + ".daily_mv TO " + name + ".daily AS"
                + " SELECT toDate(e.at) AS day, sum(e.n) AS n FROM " + name + ".event AS e GROUP BY day");
    }

    private void insertRowBinary(int rows, String token) throws Exception {
        byte[] account = "account".getBytes(StandardCharsets.UTF_8);
        insert(
                out -> {
                    ByteBuffer row = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
                    for (long n = 0; n < rows; n++) {
                        row.clear();
                        row.put((byte) account.length)
                                .put(account)
                                .putLong(1_793_491_200_000L + n)
                                .putLong(n);
                        out.write(row.array(), 0, row.position());
                    }
                },
                token);
    }

    /** Through the client below the driver, which takes rows as they are. */
    private void insert(RowWriter rows, String token) throws Exception {
        InsertSettings settings = new InsertSettings()
                .setDeduplicationToken(token)
                .serverSetting("insert_deduplicate", "1")
                .serverSetting("deduplicate_blocks_in_dependent_materialized_views", "1");
        connection
                .unwrap(ConnectionImpl.class)
                .getClient()
                .insert(
                        name + ".event",
                        List.of("account", "at", "n"),
                        out -> {
                            rows.write(out);
                            out.close();
                        },
                        ClickHouseFormat.RowBinary,
                        settings)
                .get()
                .close();
    }

    private interface RowWriter {
        void write(OutputStream out) throws IOException;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** One string per row, its columns separated by tabs. */
    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    values.add(Objects.requireNonNull(result.getString(column), "no value is null here"));
                }
                rows.add(String.join("\t", values));
            }
        }
        return rows;
    }

    private void createTopic() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
        }
    }

    private void publish(String value, boolean commit) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", stack.bootstrapServers(), "transactional.id", name);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(name, "key", value)).get();
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private List<String> readCommitted(int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", stack.bootstrapServers(),
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed");
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(name, 0)));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> polled : consumer.poll(Duration.ofMillis(100))) {
                    values.add(polled.value());
                }
            }
        }
        return values;
    }

    private String recordSchema(String field) {
        return "{\"type\":\"record\",\"name\":\"R" + name + "\",\"fields\":[" + field + "]}";
    }

    private static String schemaBody(String schema) {
        return "{\"schema\":\"" + schema.replace("\"", "\\\"") + "\"}";
    }

    /** A GET, or with a body a POST. */
    private HttpResponse<String> registry(String path, @Nullable String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(stack.registryUrl() + path))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .timeout(Duration.ofSeconds(30));
        if (body != null) {
            request.POST(HttpRequest.BodyPublishers.ofString(body));
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
