package dev.tollgate.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.embedded.process.StartSecret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP interface as clients other than the driver see it. */
class ClickHouseHttpIT {
    private static EmbeddedStack stack;
    private static String url;
    private static StartSecret secret;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.CLICKHOUSE));
        Matcher matcher = Pattern.compile("127\\.0\\.0\\.1:\\d+").matcher(stack.clickHouseUrl());
        assertThat(matcher.find()).isTrue();
        url = "http://" + matcher.group() + "/";
        secret = new StartSecret(stack.clickHouseUrl().replaceFirst(".*&password=", ""));
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        stack.close();
    }

    @BeforeEach
    void emptyTable() throws Exception {
        query("DROP TABLE IF EXISTS t");
        query("CREATE TABLE t (n UInt64, text String DEFAULT 'none') ENGINE = MergeTree ORDER BY n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t (n) VALUES (1), (2)",
                "INSERT INTO t (n) VALUES (1), (1 + 1);",
                "INSERT INTO t (n) FORMAT Values (1), (2)",
                "INSERT INTO t (n) FORMAT TSV\n1\n2\n",
                "INSERT INTO t (n) FORMAT JSONEachRow {\"n\": 1} {\"n\": 2}",
                "insert into default.t (n) settings max_threads = 1 format CSV\r\n1\r\n2\r\n",
                "INSERT INTO t (n) SELECT number + 1 FROM numbers(2)"
            })
    void givenInsertInAnyForm_whenPosted_thenItsRowsAreThere(String insert) throws Exception {
        assertThat(query(insert)).isEmpty();

        assertThat(query("SELECT n, text FROM t ORDER BY n")).isEqualTo("1\tnone\n2\tnone\n");
    }

    @Test
    void givenStatementInTheUrl_whenDataIsPosted_thenBothMakeOneInsert() throws Exception {
        post("?query=INSERT%20INTO%20t%20(n)%20FORMAT%20CSV", "1\n2\n".getBytes(UTF_8));
        post("?query=INSERT%20INTO%20t%20(n)%20VALUES%20(3)", ",(4)".getBytes(UTF_8));

        assertThat(query("SELECT groupArray(n) FROM (SELECT n FROM t ORDER BY n)"))
                .isEqualTo("[1,2,3,4]\n");
    }

    @Test
    void givenGzippedBody_whenPosted_thenItIsUnpacked() throws Exception {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("INSERT INTO t (n) FORMAT CSV\n7\n".getBytes(UTF_8));
        }
        HttpRequest request = request(URI.create(url))
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(zipped.toByteArray()))
                .build();

        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        assertThat(query("SELECT n FROM t")).isEqualTo("7\n");
    }

    @Test
    void givenParametersAndSettings_whenQueried_thenTheyLastForOneRequest() throws Exception {
        String sql = "SELECT {text:String}, getSetting('max_threads')";

        assertThat(post("?param_text=it's&max_threads=3".replace("'", "%27"), sql.getBytes(UTF_8))
                        .body())
                .isEqualTo("it\\'s\t3\n");
        assertThat(query("SELECT getSetting('max_threads') = 3")).isEqualTo("0\n");
    }

    @Test
    void givenInsertWithParameter_whenPosted_thenItIsAValueOfTheRow() throws Exception {
        post("?param_n=5", "INSERT INTO t (n) VALUES ({n:UInt64})".getBytes(UTF_8));

        assertThat(query("SELECT n FROM t")).isEqualTo("5\n");
    }

    @ParameterizedTest
    @CsvSource({"database=nowhere, 404, 81", "max_threads=x, 400, 27", "nonsense=1, 400, 115", "a%20b=1, 400, 36"})
    void givenWrongUrlParameter_whenQueried_thenTheErrorHasStatusAndCode(String parameter, int status, int code)
            throws Exception {
        HttpResponse<String> response = post("?" + parameter, "SELECT 1".getBytes(UTF_8));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("X-ClickHouse-Exception-Code")).hasValue(Integer.toString(code));
        assertThat(response.body()).startsWith("Code: " + code + ". DB::Exception: ");
    }

    @ParameterizedTest
    @CsvSource({"compress=1, compress=0", "decompress=1, decompress", "session_id=x, session_id"})
    void givenWhatThisEndpointCannotDo_whenAsked_thenTheErrorSaysSo(String parameter, String hint) throws Exception {
        HttpResponse<String> response = post("?" + parameter, "SELECT 1".getBytes(UTF_8));

        assertThat(response.statusCode()).isEqualTo(501);
        assertThat(response.body()).contains(hint);
    }

    @Test
    void givenInsertThatFailsOnItsFirstRow_whenMuchDataFollows_thenTheClientStillReadsTheError() throws Exception {
        byte[] head = "INSERT INTO t (n) FORMAT CSV\nnot a number\n".getBytes(UTF_8);
        byte[] body = Arrays.copyOf(head, 32 << 20);
        Arrays.fill(body, head.length, body.length, (byte) '\n');

        HttpResponse<String> response = post("", body);

        assertThat(response.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(response.body()).contains("DB::Exception");
        assertThat(query("SELECT count() FROM t")).isEqualTo("0\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RowBinaryWithNamesAndTypes", "RowBinaryWithNames"})
    void givenManyChunks_whenStreamed_thenTheHeaderComesOnce(String format) throws Exception {
        int rows = 500_000;
        byte[] header = bytes("SELECT number AS n FROM numbers(0) FORMAT " + format);

        byte[] all = bytes("SELECT number AS n FROM numbers(" + rows + ") FORMAT " + format);

        assertThat(header.length).isPositive();
        assertThat(all).hasSize(header.length + rows * 8).startsWith(header);
    }

    @Test
    void givenResultThatFailsAfterItsBeginning_whenRead_thenTheBodyIsBrokenAndNotJustShort() {
        assertThatThrownBy(() -> bytes("SELECT throwIf(number = 4000000) FROM numbers(5000000)"
                        + " SETTINGS max_threads = 1, max_block_size = 65536 FORMAT RowBinary"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void givenTheDriverWithItsOwnDefaults_whenItReads_thenItIsToldWhatToSay() {
        String plainUrl = "jdbc:ch:" + url.replaceFirst("^http:", "") + "?user=tollgate&password=" + secret.text();

        assertThatThrownBy(() -> {
                    try (Connection connection = DriverManager.getConnection(plainUrl);
                            Statement statement = connection.createStatement()) {
                        statement.executeQuery("SELECT 1");
                    }
                })
                .isInstanceOf(SQLException.class)
                .hasStackTraceContaining("compress=0");
    }

    @Test
    void givenTheDriver_whenItReads_thenLongResultsAreExact() throws Exception {
        String plainUrl =
                "jdbc:ch:" + url.replaceFirst("^http:", "") + "?compress=0&user=tollgate&password=" + secret.text();
        try (Connection connection = DriverManager.getConnection(plainUrl);
                Statement statement = connection.createStatement()) {
            try (ResultSet result = statement.executeQuery("SELECT number, toString(number) FROM numbers(200000)")) {
                long next = 0;
                while (result.next()) {
                    assertThat(result.getString(2)).isEqualTo(Long.toString(result.getLong(1)));
                    assertThat(result.getLong(1)).isEqualTo(next++);
                }
                assertThat(next).isEqualTo(200_000);
            }
            assertThat(statement.executeUpdate("INSERT INTO t (n) VALUES (1), (2)"))
                    .isEqualTo(2);
            assertThatThrownBy(() -> statement.executeQuery("SELECT 1 FROM nowhere"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(60));
        }
    }

    @Test
    void givenDocumentFormat_whenQueried_thenTheResultIsOneDocument() throws Exception {
        assertThat(query("SELECT 1 AS one FORMAT JSONCompact")).contains("\"data\"", "[1]", "\"rows\": 1");
    }

    @Test
    void givenNoStatement_whenPinged_thenItAnswersOk() throws Exception {
        HttpRequest ping = request(URI.create(url + "ping"))
                .timeout(Duration.ofSeconds(10))
                .build();

        assertThat(client.send(ping, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("Ok.\n");
        assertThat(query("")).isEqualTo("Ok.\n");
    }

    private static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).header("Authorization", secret.basic());
    }

    private static String query(String sql) throws Exception {
        HttpResponse<String> response = post("", sql.getBytes(UTF_8));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static HttpResponse<String> post(String urlQuery, byte[] body) throws Exception {
        HttpRequest request = request(URI.create(url + urlQuery))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] bytes(String sql) throws Exception {
        HttpRequest request = request(URI.create(url))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofString(sql))
                .build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            return body.readAllBytes();
        }
    }
}
