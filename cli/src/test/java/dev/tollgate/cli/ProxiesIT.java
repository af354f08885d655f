package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.cli.TestingProxy.Kind;
import dev.tollgate.cli.config.LocalStack;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.text.Sha256;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/**
 * A service without a line of Tollgate behind the proxies that Debian has: {@code tollgate up} and {@code tollgate
 * gate} as processes, the files of {@code deploy/proxies} as they are shipped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxiesIT {
    private static final int LIMITED = 429;
    /** Forty tokens of mem's complexity flow back in this time, and one more call fits. */
    private static final Duration ONE_CALL = Duration.ofSeconds(12);

    private static final List<String> HEADERS = List.of(
            "X-RateLimit-Bucket",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
            "X-Complexity-Bucket",
            "X-Complexity-Limit",
            "X-Complexity-Remaining",
            "X-Complexity-Reset",
            "RateLimit-Policy",
            "RateLimit");

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Process> children = new ArrayList<>();
    /** Account, method and path of each call that has reached the service. */
    private final Queue<String> served = new ConcurrentLinkedQueue<>();

    private final int gatePort = LoopbackPort.free();
    private Path folder;
    private String config;
    private Process up;
    private @Nullable Process gate;
    private HttpServer service;

    @BeforeAll
    void startEverything(@TempDir Path folder) throws Exception {
        this.folder = folder;
        service = HttpServer.create(new InetSocketAddress(LoopbackPort.HOST, 0), 0);
        service.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            served.add(exchange.getRequestHeaders().getFirst("X-Account-Id") + " " + exchange.getRequestMethod() + " "
                    + exchange.getRequestURI());
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        service.start();
        Path data = folder.resolve("data");
        config = LocalStack.configFile(data).toString();
        up = launch("up", "up", "--data", data.toString(), "--gateway-port", "0");
        await("the stack is up", up, "up", () -> printed("up.out").contains("The stack is up."));
        StringBuilder keys = new StringBuilder();
        for (Kind kind : Kind.values()) {
            command("accounts", "assign", accountOf(kind), "mem", "-c", config);
            keys.append(HexFormat.of().formatHex(Sha256.of(keyOf(kind))))
                    .append(' ')
                    .append(accountOf(kind))
                    .append(" key-1\n");
        }
        Files.writeString(folder.resolve("keys"), keys);
    }

    @AfterAll
    void stopEverything() throws InterruptedException {
        client.close();
        service.stop(0);
        Process running = gate;
        if (running != null) {
            running.destroy();
            assertThat(running.waitFor(60, TimeUnit.SECONDS))
                    .as("the gate ends")
                    .isTrue();
        }
        up.destroy();
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("up ends").isTrue();
        children.forEach(Process::destroyForcibly);
    }

    private static String accountOf(Kind kind) {
        return "co-" + kind.program();
    }

    private static String keyOf(Kind kind) {
        return "k_live_" + "0123456789".repeat(3) + kind.program();
    }

    /** Starts the gate unless it runs, and waits until it knows the accounts. */
    private Process withTheGate() throws Exception {
        Process known = gate;
        Process running = known != null && known.isAlive()
                ? known
                : launch(
                        "gate",
                        "gate",
                        "--config",
                        config,
                        "--set",
                        "gate-server.port=" + gatePort,
                        "--set",
                        "gate-server.account-from=key",
                        "--set",
                        "gate-server.keys.file=" + folder.resolve("keys"));
        gate = running;
        URI check = URI.create("http://" + LoopbackPort.HOST + ":" + gatePort + "/v1/check?dry_run=true");
        for (Kind kind : Kind.values()) {
            await("the gate knows " + accountOf(kind), running, "gate", () -> {
                Optional<HttpResponse<String>> answer = send(HttpRequest.newBuilder(check)
                        .header("X-Api-Key", keyOf(kind))
                        .header("X-Forwarded-Uri", "/v2/notes"));
                return answer.isPresent()
                        && answer.get()
                                .headers()
                                .firstValue("X-Complexity-Limit")
                                .isPresent();
            });
        }
        return running;
    }

    @ParameterizedTest
    @EnumSource
    void givenAProxy_whenAnAccountUsesUpItsMinute_thenTheSixthCallIsDeniedAndEachIsCountedOnce(Kind kind)
            throws Exception {
        withTheGate();
        try (TestingProxy proxy = TestingProxy.start(
                kind,
                folder.resolve(kind + "-limits"),
                gatePort,
                service.getAddress().getPort(),
                true)) {
            long from = System.nanoTime();
            int passed = 0;
            HttpResponse<String> answer = call(proxy, keyOf(kind));
            while (answer.statusCode() == 200) {
                passed++;
                assertThat(answer.headers().map())
                        .as("headers of an allowed call")
                        .containsKeys(lower(HEADERS));
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(System.nanoTime() - from)
                        .as("calls that passed: " + passed)
                        .isLessThan(60_000_000_000L);
                answer = call(proxy, keyOf(kind));
            }
            long more = Duration.ofNanos(System.nanoTime() - from).dividedBy(ONE_CALL);

            assertThat((long) passed).as(proxy::log).isBetween(5L, 5 + more);
            assertThat(answer.statusCode()).as(answer.body() + proxy.log()).isEqualTo(LIMITED);
            assertThat(answer.headers().map()).containsKeys(lower(HEADERS));
            assertThat(answer.headers().firstValueAsLong("Retry-After").orElseThrow())
                    .isBetween(1L, 60L);
            assertThat(answer.headers().firstValue("X-Complexity-Limit")).contains("200");
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            JsonNode problem = new ObjectMapper().readTree(answer.body());
            assertThat(problem.get("status").asInt()).isEqualTo(LIMITED);
            assertThat(problem.get("violated-policies").get(0).asText()).isEqualTo("complexity-per-minute");
            String call = accountOf(kind) + " POST /v2/mem-it?q=1";
            assertThat(served.stream().filter(call::equals)).hasSize(passed);
            assertCounted(kind, passed, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenNoKeyOrAWrongOne_whenCalled_thenTheClientIsToldAndTheServiceIsNotAsked(Kind kind) throws Exception {
        withTheGate();
        served.clear();
        try (TestingProxy proxy = TestingProxy.start(
                kind,
                folder.resolve(kind + "-keys"),
                gatePort,
                service.getAddress().getPort(),
                true)) {
            assertThat(call(proxy, "").statusCode()).as(proxy::log).isEqualTo(401);
            assertThat(call(proxy, "somebody-elses-key").statusCode()).isEqualTo(401);
            assertThat(served).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenTheGateIsKilled_whenCalled_thenTheProxyOpensOrClosesAsConfiguredAndAsksAgainAfterwards(Kind kind)
            throws Exception {
        Process running = withTheGate();
        int port = service.getAddress().getPort();
        try (TestingProxy open = TestingProxy.start(kind, folder.resolve(kind + "-open"), gatePort, port, true);
                TestingProxy closed =
                        TestingProxy.start(kind, folder.resolve(kind + "-closed"), gatePort, port, false)) {
            // Each has asked once, so it has connections to lose.
            assertThat(call(open, "unknown").statusCode()).as(open::log).isEqualTo(401);
            assertThat(call(closed, "unknown").statusCode()).as(closed::log).isEqualTo(401);
            running.destroyForcibly().waitFor();
            served.clear();

            long from = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                assertThat(call(open, keyOf(kind)).statusCode()).as(open::log).isEqualTo(200);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
            assertThat(served).hasSize(10);
            // Nobody has found out whose calls these are, and what the client says of it is not passed on.
            assertThat(served).allMatch(line -> line.startsWith("null "));
            for (int i = 0; i < 10; i++) {
                assertThat(call(closed, keyOf(kind)).statusCode())
                        .as(closed::log)
                        .isEqualTo(kind.statusWhenClosed);
            }
            assertThat(served).hasSize(10);

            withTheGate();
            for (TestingProxy proxy : List.of(open, closed)) {
                TestingCluster.await(
                        "the gate is asked again", () -> call(proxy, "unknown").statusCode() == 401);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenTheGateHangs_whenCalled_thenCallsGoAheadAfterAMoment(Kind kind) throws Exception {
        Process hanging = withTheGate();
        try (TestingProxy proxy = TestingProxy.start(
                kind,
                folder.resolve(kind + "-hang"),
                gatePort,
                service.getAddress().getPort(),
                true)) {
            assertThat(call(proxy, "unknown").statusCode()).as(proxy::log).isEqualTo(401);
            signal(hanging, "STOP");
            try {
                for (int i = 0; i < 3; i++) {
                    long from = System.nanoTime();
                    assertThat(call(proxy, "unknown").statusCode())
                            .as(proxy::log)
                            .isEqualTo(200);
                    assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
                }
            } finally {
                signal(hanging, "CONT");
            }
            TestingCluster.await(
                    "the gate is asked again", () -> call(proxy, "unknown").statusCode() == 401);
        }
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void givenTheGateIsAskedToStop_whenItHasEventsInMemory_thenKafkaHasThemBeforeItEnds() throws Exception {
        Process running = withTheGate();
        URI check = URI.create("http://" + LoopbackPort.HOST + ":" + gatePort + "/v1/check?record=true");
        command("accounts", "assign", "stopping", "mem", "-c", config);
        Files.writeString(
                folder.resolve("keys"),
                Files.readString(folder.resolve("keys"))
                        + HexFormat.of().formatHex(Sha256.of("k_of_the_one_that_stops")) + " stopping\n");
        await("the file is read again", running, "gate", () -> {
            Optional<HttpResponse<String>> answer = send(HttpRequest.newBuilder(check)
                    .header("X-Api-Key", "k_of_the_one_that_stops")
                    .header("X-Request-Id", "the-first")
                    .header("X-Forwarded-Uri", "/v2/notes"));
            return answer.isPresent() && answer.get().statusCode() == 200;
        });
        for (int i = 0; i < 20; i++) {
            Optional<HttpResponse<String>> answer = send(HttpRequest.newBuilder(check)
                    .header("X-Api-Key", "k_of_the_one_that_stops")
                    // A proxy that asks twice for one call sends the same id.
                    .header("X-Request-Id", "call-" + i / 2)
                    .header("X-Forwarded-Uri", "/v2/notes"));
            assertThat(answer.orElseThrow().statusCode()).isEqualTo(200);
        }
        running.destroy();
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(printed("gate.err"))
                .contains("gate is asked to stop", "gate stopped")
                .doesNotContain("ERROR");

        TestingCluster.await("each id is counted once", () -> {
            Map<String, Long> verdicts = verdicts("stopping");
            return verdicts.getOrDefault("COUNTED", 0L) == 11 && verdicts.getOrDefault("DUPLICATE", 0L) == 10;
        });
    }

    /** Verdicts and totals, as the analyst sees them. */
    private void assertCounted(Kind kind, long passed, long denied) {
        TestingCluster.await("each call is counted once: " + passed + " passed", () -> {
            Map<String, Long> verdicts = verdicts(accountOf(kind));
            return verdicts.getOrDefault("COUNTED", 0L) == passed
                    && verdicts.getOrDefault("NOT_CONSUMING", 0L) == denied;
        });
        List<JsonNode> used = query("SELECT sum(used) AS used FROM usage_by_account_day WHERE account_id = '"
                + accountOf(kind) + "' AND meter_id = 'complexity'");
        assertThat(used.getFirst().get("used").asLong()).isEqualTo(passed * 40);
        List<JsonNode> endpoints =
                query("SELECT DISTINCT endpoint, api_key_id FROM request_journal WHERE account_id = '" + accountOf(kind)
                        + "'");
        assertThat(endpoints).hasSize(1);
        assertThat(endpoints.getFirst().get("endpoint").asText()).isEqualTo("POST /v2/mem-it");
        assertThat(endpoints.getFirst().get("api_key_id").asText()).isEqualTo("key-1");
    }

    private Map<String, Long> verdicts(String account) {
        Map<String, Long> verdicts = new HashMap<>();
        for (JsonNode row : query("SELECT toString(verdict) AS verdict, count() AS events FROM request_journal"
                + " WHERE account_id = '" + account + "' GROUP BY verdict")) {
            verdicts.put(row.get("verdict").asText(), row.get("events").asLong());
        }
        return verdicts;
    }

    private List<JsonNode> query(String sql) {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : command("sql", "query", sql, "--json", "-c", config)
                .lines()
                .filter(line -> line.startsWith("{"))
                .toList()) {
            try {
                rows.add(new ObjectMapper().readTree(line));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return rows;
    }

    private HttpResponse<String> call(TestingProxy proxy, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(proxy.address().resolve("/v2/mem-it?q=1"))
                // What a client may try: to pay with another account, for another call, and to be counted once.
                .header("X-Account-Id", "somebody-else")
                .header("X-Forwarded-Method", "GET")
                .header("X-Request-Id", "always-the-same")
                .POST(HttpRequest.BodyPublishers.ofString("{\"note\":\"remember\"}"));
        if (!key.isEmpty()) {
            request.header("X-Api-Key", key);
        }
        return send(request).orElseThrow(() -> new AssertionError("no answer: " + proxy.log()));
    }

    /** The answer; empty while nothing listens. */
    private Optional<HttpResponse<String>> send(HttpRequest.Builder request) {
        try {
            return Optional.of(
                    client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String[] lower(List<String> names) {
        return names.stream()
                .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                .toArray(String[]::new);
    }

    private static String command(String... args) {
        StringWriter printed = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(printed, true));
        commandLine.setErr(new PrintWriter(printed, true));
        assertThat(commandLine.execute(args)).as(printed.toString()).isZero();
        return printed.toString();
    }

    private void await(String what, Process process, String name, java.util.function.BooleanSupplier condition) {
        TestingCluster.await(what, () -> {
            assertThat(process.isAlive())
                    .as(() -> name + " has ended: " + printed(name + ".out") + printed(name + ".err"))
                    .isTrue();
            return condition.getAsBoolean();
        });
    }

    /** The launcher in a JVM of its own; its output is in files named after it. */
    private Process launch(String name, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile())
                .start();
        children.add(process);
        return process;
    }

    private String printed(String file) {
        try {
            return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
