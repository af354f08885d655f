package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.cli.config.ConfigSources;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code tollgate up} as a process: who may reach what it listens on, and what becomes of it. */
class UpCommandIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init") // Set by start, with which every test begins.
    private Path folder;

    @SuppressWarnings("NullAway.Init") // Set by start, with which every test begins.
    private Process up;

    @AfterEach
    void stop() throws Exception {
        List<ProcessHandle> children = up.children().toList();
        up.destroyForcibly();
        await("up ends", () -> !up.isAlive());
        await("its children end", () -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void givenARunningStack_whenOthersAndWebPagesReachForIt_thenNothingIsServedAndAfterAKillNothingIsAddressed()
            throws Exception {
        Map<String, String> configuration = start();
        String secret = value(configuration, "clickhouse.url").replaceFirst(".*&password=", "");

        assertThat(secret).hasSizeGreaterThan(40);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(configFile())))
                .isEqualTo("rw-------");
        assertThat(printed("up.out") + printed("up.err")).doesNotContain(secret);
        assertThat(arguments(up.toHandle())).doesNotContain(secret);
        assertThat(up.children().toList())
                .hasSize(2)
                .allSatisfy(child -> assertThat(arguments(child)).isNotEmpty().doesNotContain(secret));

        int clickHouse = portIn(value(configuration, "clickhouse.url"));
        int registry = portIn(value(configuration, "registry.url"));
        int kafka = portIn(value(configuration, "kafka.bootstrap-servers"));
        int gateway = portIn(printedGateway());
        String subjects = "/apis/ccompat/v7/subjects";
        String schema = "{\"schema\":\"\\\"string\\\"\"}";
        String event = "{\"event_id\":\"1\",\"account_id\":\"acme\",\"endpoint\":\"/x\"}";

        // Another user of the machine, without the password.
        assertThat(http(clickHouse, "POST", "/", host(clickHouse), "SELECT 1")).startsWith("HTTP/1.1 403");
        assertThat(http(clickHouse, "GET", "/?query=SELECT%201&user=default", host(clickHouse), ""))
                .startsWith("HTTP/1.1 403");
        // A page: by a form, by a script, by a name that points here.
        for (String page : List.of(
                "Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example\r\n",
                "Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site\r\n",
                "Host: evil.example:PORT\r\nOrigin: http://evil.example:PORT\r\nSec-Fetch-Site: same-origin\r\n")) {
            assertThat(http(clickHouse, "POST", "/", at(page, clickHouse) + "Content-Type: text/plain\r\n", "SELECT 1"))
                    .startsWith("HTTP/1.1 403");
            assertThat(http(registry, "GET", subjects, at(page, registry), "")).startsWith("HTTP/1.1 403");
            assertThat(http(
                            registry,
                            "POST",
                            subjects + "/evil/versions",
                            at(page, registry) + "Content-Type: application/json\r\n",
                            schema))
                    .startsWith("HTTP/1.1 403");
            assertThat(http(registry, "DELETE", subjects + "/tollgate.request-events-value", at(page, registry), ""))
                    .startsWith("HTTP/1.1 403");
            assertThat(http(
                            gateway,
                            "POST",
                            "/v1/events",
                            at(page, gateway) + "Content-Type: application/json\r\n",
                            event))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(http(gateway, "POST", "/v1/events", host(gateway) + "Content-Type: text/plain\r\n", event))
                .startsWith("HTTP/1.1 415");
        Matcher api = Pattern.compile("Query API +(\\S+) \\(until it stops: token (\\S+)\\)")
                .matcher(printed("up.out"));
        assertThat(api.find()).isTrue();
        int apiPort = portIn(api.group(1));
        String usage = "/v1/usage?period=-1d";
        assertThat(http(apiPort, "GET", usage, host(apiPort), "")).startsWith("HTTP/1.1 401");
        assertThat(http(apiPort, "GET", usage, host(apiPort) + "Authorization: Bearer " + api.group(2) + "x\r\n", ""))
                .startsWith("HTTP/1.1 401");
        assertThat(http(apiPort, "GET", usage, host(apiPort) + "Authorization: Bearer " + api.group(2) + "\r\n", ""))
                .startsWith("HTTP/1.1 200");
        // Kafka's protocol is not HTTP: a page's request is a frame that is too long, and the connection is closed.
        assertThat(http(kafka, "POST", "/", host(kafka), "x")).isEmpty();
        // Beside the API of the registry there is nothing, and its own port wants the password.
        assertThat(http(registry, "GET", "/apis/registry/v3/system/info", host(registry), ""))
                .startsWith("HTTP/1.1 404");
        assertThat(http(registry, "GET", "/apis/ccompat/v7/../../registry/v3/admin/rules", host(registry), ""))
                .startsWith("HTTP/1.1 404");
        for (int inner : innerPortsOfTheRegistry()) {
            assertThat(http(inner, "GET", subjects, host(inner), "")).startsWith("HTTP/1.1 401");
        }
        // Programs of this machine are served.
        assertThat(http(registry, "GET", subjects, host(registry), ""))
                .startsWith("HTTP/1.1 200")
                .contains("tollgate.request-events-value");
        assertThat(command(
                        "sql", "query", "SELECT 41 + 1 AS n", "-c", configFile().toString()))
                .contains("42");

        // The first steps find it.
        assertThat(printed("up.out")).contains("accounts assign acme mem -c " + configFile());
        assertThat(command(
                        "accounts", "assign", "acme", "mem", "-c", configFile().toString()))
                .startsWith("0 ");

        up.destroyForcibly();
        await("up is gone", () -> !up.isAlive());
        assertThat(configFile()).exists();
        assertThat(command(
                        "accounts", "assign", "acme", "mem", "-c", configFile().toString()))
                .startsWith("1 ")
                .contains("is not up any more");
    }

    @Test
    void givenARunningStack_whenTheSinkEndsByAFault_thenItSaysSoIsNotReadyAndEndsWithOne() throws Exception {
        Map<String, String> configuration = start();
        URI ready = URI.create(printedGateway() + "/health/ready");
        await("ready", () -> statusOf(ready) == 200);

        // The sink skips nothing: a journal record that is none ends it.
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", value(configuration, "kafka.bootstrap-servers")),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            TopicLayout.standard().name(Topic.USAGE_JOURNAL), new byte[] {1}, new byte[] {9, 9}))
                    .get();
        }

        assertThat(up.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isEqualTo(1);
        assertThat(printed("up.err")).contains("tollgate: the role 'sink' has ended: ");
        assertThat(statusOf(ready)).isNotEqualTo(200);
        assertThat(configFile()).doesNotExist();
    }

    private Map<String, String> start() throws IOException {
        folder = temporary.resolve("data");
        up = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "up",
                        "--data",
                        folder.toString(),
                        "--api-port",
                        "0",
                        "--gateway-port",
                        Integer.toString(LoopbackPort.free()))
                .redirectOutput(temporary.resolve("up.out").toFile())
                .redirectError(temporary.resolve("up.err").toFile())
                .start();
        await("the stack is up", () -> {
            assertThat(up.isAlive()).as(printed("up.err")).isTrue();
            return printed("up.out").contains("Ctrl-C stops it");
        });
        return ConfigSources.read(configFile());
    }

    private static String value(Map<String, String> configuration, String key) {
        return Objects.requireNonNull(configuration.get(key), key);
    }

    private Path configFile() {
        return folder.resolve("tollgate.properties");
    }

    private String printedGateway() {
        Matcher address = Pattern.compile("HTTP gateway +(\\S+)").matcher(printed("up.out"));
        assertThat(address.find()).isTrue();
        return address.group(1);
    }

    private List<Integer> innerPortsOfTheRegistry() throws IOException {
        Matcher listening = Pattern.compile("Listening on: http://127\\.0\\.0\\.1:(\\d+)")
                .matcher(Files.readString(folder.resolve("logs").resolve("registry.log")));
        List<Integer> ports = new ArrayList<>();
        while (listening.find()) {
            ports.add(Integer.parseInt(listening.group(1)));
        }
        assertThat(ports).isNotEmpty();
        return ports;
    }

    private static String arguments(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int portIn(String address) {
        Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(address);
        assertThat(port.find()).as(address).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private static String host(int port) {
        return "Host: 127.0.0.1:" + port + "\r\n";
    }

    private static String at(String headers, int port) {
        return headers.replace("PORT", Integer.toString(port));
    }

    private static int statusOf(URI url) {
        try {
            String answer = http(url.getPort(), "GET", url.getPath(), host(url.getPort()), "");
            return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    /** The exit status and what was printed. */
    private static String command(String... args) {
        StringWriter printed = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(printed, true));
        commandLine.setErr(new PrintWriter(printed, true));
        return commandLine.execute(args) + " " + printed;
    }

    /** A raw request; the whole answer, empty if the connection is closed without one. */
    private static String http(int port, String method, String target, String headers, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            socket.getOutputStream()
                    .write((method + " " + target + " HTTP/1.1\r\n" + headers + "Connection: close\r\nContent-Length: "
                                    + bytes.length + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            InputStream answer = socket.getInputStream();
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.net.SocketException e) {
            return String.valueOf(e.getMessage()).contains("refused") ? "refused" : "";
        }
    }

    private String printed(String file) {
        try {
            return Files.readString(temporary.resolve(file));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
