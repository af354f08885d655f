package dev.tollgate.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.embedded.process.StartSecret;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks on the embedded ClickHouse: by other users of the machine, by web pages, and by statements. None succeeds.
 */
class ClickHouseDoorsIT {
    /** Stands in a file that no statement may read. */
    private static final String CANARY = "canary-c2a71e";

    @TempDir
    static Path outside;

    private static EmbeddedStack stack;
    private static int port;
    private static StartSecret secret;
    private static Path canary;
    private static ServerSocket listener;
    private static final AtomicInteger connections = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.CLICKHOUSE));
        Matcher matcher = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(stack.clickHouseUrl());
        assertThat(matcher.find()).isTrue();
        port = Integer.parseInt(matcher.group(1));
        secret = new StartSecret(stack.clickHouseUrl().replaceFirst(".*&password=", ""));
        canary = Files.writeString(outside.resolve("canary.txt"), CANARY + "\n");
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(ClickHouseDoorsIT::countConnections);
        assertThat(ask("POST", "/", "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n"))
                .startsWith("HTTP/1.1 200");
        assertThat(ask("POST", "/", "INSERT INTO t VALUES (1, 'one')")).startsWith("HTTP/1.1 200");
    }

    @AfterAll
    static void stop() throws IOException {
        listener.close();
        stack.close();
    }

    private static void countConnections() {
        try {
            while (true) {
                listener.accept().close();
                connections.incrementAndGet();
            }
        } catch (IOException e) {
            // Closed at the end of the test.
        }
    }

    /** FILE stands for the canary, NEW for a file to write, URL for a server of the attacker's. */
    static final List<String> STATEMENTS = List.of(
            "SELECT * FROM file('FILE', 'LineAsString')",
            "SELECT * FROM `file`('FILE', 'LineAsString')",
            "SELECT file('FILE')",
            "SELECT \"file\"('FILE')",
            "SELECT \"fi\\x6ce\"('FILE')",
            "SELECT “file”('FILE')",
            "SELECT file /* */ ('FILE')",
            "SELECT * APPLY(file) FROM (SELECT 'FILE')",
            "SELECT * APPLY file FROM (SELECT 'FILE')",
            "SELECT arrayMap(file, ['FILE'])",
            "SELECT arrayMap(x -> file(x), ['FILE'])",
            "WITH (SELECT file('FILE')) AS x SELECT x",
            "SELECT $$'$$, file('FILE'), $$'$$",
            "SELECT 1 # '\n, file('FILE') -- '",
            "SELECT 1 -- '\n, file('FILE') -- '",
            "SELECT /* /* */ file('FILE') -- */",
            "SELECT 1; SELECT file('FILE')",
            "SELECT * FROM 'FILE'",
            "SELECT * FROM format(Values, 'a String', $$ (file('FILE')) $$)",
            "SELECT * FROM format(Values, 'a String', $$ (file('FILE')) $$)"
                    + " SETTINGS input_format_values_interpret_expressions = 1",
            "SELECT * FROM eval('SELECT file(\\'FILE\\')') SETTINGS allow_experimental_eval_table_function = 1",
            "SELECT * FROM loop(file('FILE', 'LineAsString'))",
            "INSERT INTO t VALUES (2, file('FILE'))",
            "INSERT INTO t VALUES (2, (SELECT * FROM format(Values, 'a String', '(file(\\'FILE\\'))')))",
            "INSERT INTO t FORMAT Values (2, `file`('FILE'))",
            "INSERT INTO t SELECT 2, file('FILE')",
            "INSERT INTO t FROM INFILE 'FILE' FORMAT LineAsString",
            "INSERT INTO FUNCTION file('NEW', 'CSV', 'a String') VALUES ('x')",
            "INSERT INTO TABLE FUNCTION file('NEW', 'CSV', 'a String') SELECT 'x'",
            "SELECT 'x' INTO OUTFILE 'NEW'",
            "CREATE TABLE f (l String) ENGINE = File(LineAsString, 'FILE')",
            "CREATE TABLE f (l String) ENGINE File(LineAsString, 'FILE')",
            "CREATE TABLE f (l String DEFAULT file('FILE')) ENGINE = Memory",
            "CREATE TABLE f (l String) ENGINE = EmbeddedRocksDB(0, 'NEW') PRIMARY KEY l",
            "CREATE TABLE f AS file('FILE', 'LineAsString')",
            "CREATE VIEW f AS SELECT * FROM file('FILE', 'LineAsString')",
            "CREATE VIEW f SQL SECURITY NONE AS SELECT * FROM url('URL', LineAsString)",
            "CREATE DATABASE f ENGINE = Filesystem('FILE')",
            "CREATE DATABASE f ENGINE = SQLite('FILE')",
            "CREATE FUNCTION f AS x -> file(x)",
            "CREATE DICTIONARY f (l String) PRIMARY KEY l SOURCE(FILE(path 'FILE' format 'TSV'))"
                    + " LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)",
            "CREATE DICTIONARY f (l String) PRIMARY KEY l SOURCE(HTTP(url 'URL' format 'TSV'))"
                    + " LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)",
            "CREATE TABLE f (n UInt8) ENGINE = MergeTree ORDER BY n SETTINGS disk = disk(type = web, endpoint = 'URL')",
            "CREATE TABLE f (n UInt8) ENGINE = MergeTree ORDER BY n SETTINGS disk = disk(type = local, path = 'NEW/')",
            "ATTACH TABLE f FROM 'FILE' (n UInt8) ENGINE = MergeTree ORDER BY n",
            "BACKUP TABLE t TO File('NEW')",
            "SELECT * FROM url('URL', LineAsString)",
            "SELECT * FROM urlCluster('x', 'URL', LineAsString)",
            "INSERT INTO FUNCTION url('URL', LineAsString, 'a String') VALUES ('x')",
            "SELECT * FROM s3('URL/bucket/x.csv')",
            "SELECT * FROM remote('HOST', system.one)",
            "SELECT * FROM mysql('HOST', 'd', 't', 'u', 'p')",
            "SELECT * FROM postgresql('HOST', 'd', 't', 'u', 'p')",
            "SELECT * FROM redis('HOST', 'k', 'k String')",
            "SELECT * FROM mongodb('HOST', 'd', 'c', 'u', 'p', 'a String')",
            "SELECT * FROM sqlite('FILE', 't')",
            "SELECT * FROM hdfs('hdfs://HOST/x')",
            "SELECT * FROM icebergLocal('FILE')",
            "SELECT * FROM deltaLakeLocal('FILE')",
            "SELECT * FROM filesystem('FILE')",
            "SELECT * FROM executable('../../../../../../bin/cat', TSV, 'a String', (SELECT 'FILE'))",
            "CREATE TABLE f (l String) ENGINE = URL('URL', LineAsString)",
            "CREATE TABLE f (l String) ENGINE = Distributed('x', 'y', 'z')",
            "CREATE TABLE f (l String) ENGINE = Executable('cat', TSV)",
            "SELECT 1 FORMAT Template SETTINGS format_template_resultset = 'FILE'",
            "SELECT 1 FORMAT Template SETTINGS format_template_row = 'FILE'",
            "SELECT * FROM format(Protobuf, 'x') SETTINGS format_schema = 'FILE:x'",
            "SELECT * FROM format(AvroConfluent, 'a Int8', 'x') SETTINGS format_avro_schema_registry_url = 'URL'",
            "SELECT 1 FORMAT CapnProto SETTINGS output_format_schema = 'NEW'",
            "SELECT 1 SETTINGS dialect = 'prql'",
            "SELECT catboostEvaluate('FILE', 1)",
            "CREATE NAMED COLLECTION f AS a = 1",
            "CREATE USER f",
            "GRANT ALL ON *.* TO default");

    @ParameterizedTest
    @FieldSource("STATEMENTS")
    void givenAStatementThatReachesOut_whenRunWithThePassword_thenItFailsAndNothingIsReadOrWritten(String statement)
            throws Exception {
        Path written = outside.resolve("written");
        int before = connections.get();
        String host = "127.0.0.1:" + listener.getLocalPort();

        String answer = ask(
                "POST",
                "/",
                statement
                        .replace("FILE'", canary + "'")
                        .replace("FILE:", canary + ":")
                        .replace("FILE\\'", canary + "\\'")
                        .replace("NEW", written.toString())
                        .replace("URL'", "http://" + host + "'")
                        .replace("URL/", "http://" + host + "/")
                        .replace("HOST", host));

        assertThat(answer)
                .doesNotStartWith("HTTP/1.1 200")
                .contains("DB::Exception")
                .doesNotContain(CANARY);
        assertThat(written).doesNotExist();
        assertThat(connections.get()).isEqualTo(before);
        assertThat(ask("POST", "/", "SELECT count() FROM t")).endsWith("\r\n\r\n1\n");
    }

    @Test
    void givenHostileMixesOfQuotesAndComments_whenRun_thenTheFileIsNeverRead() throws Exception {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "'", "\"", "`", "\\", "--", "\n", "/*", "*/", "# ", "#!", "$$", "$a$", "‘", "’", "“", "”", ";", ",",
                "(", ")", " ", "x", "''", "1", "AS a", "CALL");
        int answered = 0;
        for (int i = 0; i < 400; i++) {
            StringBuilder sql = new StringBuilder("SELECT ");
            int count = 1 + random.nextInt(9);
            for (int k = 0; k < count; k++) {
                sql.append(pieces.get(random.nextInt(pieces.size())));
            }
            sql.append(" file('FILE') ");
            count = random.nextInt(7);
            for (int k = 0; k < count; k++) {
                sql.append(pieces.get(random.nextInt(pieces.size())));
            }
            String statement = sql.toString().replace("CALL", "file('FILE')").replace("FILE", canary.toString());

            assertThat(ask("POST", "/", statement))
                    .as("seed " + seed + ": " + statement)
                    .doesNotContain(CANARY);
        }
    }

    @Test
    void givenAFunctionNamedByAParameter_whenRun_thenItIsRejected() throws Exception {
        String sql = URLEncoder.encode("SELECT arrayMap({f:Identifier}, ['" + canary + "'])", UTF_8);

        assertThat(ask("POST", "/?param_f=file&query=" + sql, ""))
                .startsWith("HTTP/1.1 403")
                .doesNotContain(CANARY);
        assertThat(ask("POST", "/?param_f=%60file%60&query=" + sql, ""))
                .startsWith("HTTP/1.1 403")
                .doesNotContain(CANARY);
    }

    @Test
    void givenSettingsInTheUrl_whenTheyWouldOpenADoor_thenTheyAreRejected() throws Exception {
        for (String setting : List.of(
                "input_format_values_interpret_expressions=1",
                "format_template_row=/x",
                "dialect=prql",
                "readonly=0&format_schema=x")) {
            assertThat(ask("POST", "/?" + setting, "SELECT 1")).as(setting).startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void givenTextsThatOnlyLookLikeIt_whenRun_thenTheyAreTakenAsTexts() throws Exception {
        assertThat(ask("POST", "/", "SELECT 'file(\\'x\\')', count() FROM t WHERE s != ' INTO OUTFILE ' -- file\n"))
                .endsWith("\r\n\r\nfile(\\'x\\')\t1\n");
        assertThat(ask("POST", "/", "CREATE TABLE v (s String) ENGINE = Memory"))
                .startsWith("HTTP/1.1 200");
        assertThat(ask("POST", "/", "INSERT INTO v VALUES ('file(1)'), (concat('SELECT', ' ;')), ('it''s')"))
                .startsWith("HTTP/1.1 200");
        assertThat(ask("POST", "/", "SELECT s FROM v ORDER BY s")).endsWith("\r\n\r\nSELECT ;\nfile(1)\nit\\'s\n");
    }

    @Test
    void givenAnotherUserWithoutThePassword_whenItAsks_thenNothingIsAnswered() throws Exception {
        String local = "Host: 127.0.0.1:" + port + "\r\n";
        for (String headers : List.of(
                "",
                "Authorization: " + StartSecret.random().basic() + "\r\n",
                "Authorization: Basic !!!\r\n",
                "Authorization: Basic\r\n",
                "Authorization: Bearer " + secret.text() + "\r\n",
                "X-ClickHouse-User: default\r\n",
                "X-ClickHouse-User: default\r\nX-ClickHouse-Key: " + secret.text() + "\r\n",
                "X-ClickHouse-User: tollgate\r\nX-ClickHouse-Key: \r\n")) {
            String answer = send("POST", "/?user=tollgate&password=" + secret.text(), local + headers, "SELECT 1");

            assertThat(answer)
                    .as(headers)
                    .startsWith("HTTP/1.1 403")
                    .containsIgnoringCase("X-ClickHouse-Exception-Code: 516");
        }
        assertThat(send(
                        "POST",
                        "/",
                        local + "X-ClickHouse-User: tollgate\r\nX-ClickHouse-Key: " + secret.text() + "\r\n",
                        "SELECT 1"))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example\r\n",
                "Host: evil.example:PORT\r\n",
                "Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example\r\nContent-Type: text/plain\r\n",
                "Host: 127.0.0.1:PORT\r\nOrigin: null\r\n",
                "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site\r\n",
                "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-site\r\n"
            })
    void givenAWebPage_whenItAsksEvenWithThePassword_thenItIsRejected(String headers) throws Exception {
        String with = headers.replace("PORT", Integer.toString(port)) + "Authorization: " + secret.basic() + "\r\n";

        assertThat(send("POST", "/", with, "SELECT 1")).startsWith("HTTP/1.1 403");
        assertThat(send("GET", "/?query=SELECT%201", with, "")).startsWith("HTTP/1.1 403");
        assertThat(send("GET", "/ping", with, "")).startsWith("HTTP/1.1 403");
    }

    @ParameterizedTest
    @CsvSource({
        "INSERT INTO t VALUES (3)",
        "CREATE TABLE g (n UInt8) ENGINE = Memory",
        "DROP TABLE t",
        "TRUNCATE TABLE t",
        "SET readonly = 0",
        "INSERT INTO t SELECT 5"
    })
    void givenAGet_whenItWouldWrite_thenItIsRejectedAndNothingChanges(String statement) throws Exception {
        for (String settings : List.of("", "readonly=0&")) {
            assertThat(ask("GET", "/?" + settings + "query=" + URLEncoder.encode(statement, UTF_8), ""))
                    .doesNotStartWith("HTTP/1.1 200");
        }
        assertThat(ask("GET", "/?max_threads=1&query=SELECT%20count()%20FROM%20t", ""))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n1\n");
        assertThat(ask("PUT", "/?query=SELECT%201", "")).startsWith("HTTP/1.1 501");
    }

    @Test
    void givenTheRunningProcess_whenItsArgumentsAndFilesAreListed_thenThePasswordIsNotAmongThem() throws Exception {
        String arguments = Files.readString(Path.of("/proc", Long.toString(stack.pid(Part.CLICKHOUSE)), "cmdline"));

        assertThat(arguments).contains("ClickHouseServerMain").doesNotContain(secret.text());
        assertThat(Files.readString(stack.folder().resolve("logs").resolve("clickhouse.log")))
                .doesNotContain(secret.text());
    }

    private static String ask(String method, String target, String body) throws IOException {
        return send(method, target, "Host: 127.0.0.1:" + port + "\r\nAuthorization: " + secret.basic() + "\r\n", body);
    }

    /** A raw request, as no HTTP library would send it; the whole answer with its head. */
    private static String send(String method, String target, String headers, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write((method + " " + target + " HTTP/1.1\r\n" + headers + "Connection: close\r\nContent-Length: "
                                    + bytes.length + "\r\n\r\n")
                            .getBytes(UTF_8));
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            InputStream answer = socket.getInputStream();
            return new String(
                    dechunked(new String(answer.readAllBytes(), ISO_8859_1)).getBytes(ISO_8859_1), UTF_8);
        }
    }

    private static String dechunked(String answer) {
        int head = answer.indexOf("\r\n\r\n") + 4;
        if (!answer.substring(0, head).toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
            return answer;
        }
        StringBuilder text = new StringBuilder(answer.substring(0, head));
        int at = head;
        while (at < answer.length()) {
            int line = answer.indexOf("\r\n", at);
            int length = Integer.parseInt(answer.substring(at, line), 16);
            text.append(answer, line + 2, line + 2 + length);
            at = line + 2 + length + 2;
        }
        return text.toString();
    }
}
