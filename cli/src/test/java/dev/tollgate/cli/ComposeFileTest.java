package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What {@code docker-compose.yml} promises; the images themselves need a container engine. */
class ComposeFileTest {
    private static JsonNode services;

    @BeforeAll
    static void read() throws Exception {
        // Aliases and merged keys are part of the file.
        Object document = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Path.of("..", "docker-compose.yml")));
        services = new ObjectMapper().valueToTree(document).path("services");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "sink", "gateway"})
    void givenARole_whenItIsStopped_thenItHasTheTimeThatARoleTakesAndItStartsAgainByItself(String role) {
        JsonNode service = services.path(role);

        // A role closes within 60 s (RoleRunner).
        assertThat(Duration.parse("PT" + service.path("stop_grace_period").textValue()))
                .isGreaterThan(Duration.ofSeconds(60));
        assertThat(service.path("restart").textValue()).isEqualTo("unless-stopped");
        assertThat(service.path("depends_on").path("setup").path("condition").textValue())
                .isEqualTo("service_completed_successfully");
    }

    @ParameterizedTest
    @CsvSource({"streams, 200, 0", "sink, 503, 1", "gateway, 200, 0", "gateway, 404, 1"})
    void givenARole_whenItsHealthIsAsked_thenTheCheckSucceedsExactlyIfTheRoleIsReady(
            String role, int status, int expectedExit) throws Exception {
        List<String> asked = new ArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        try {
            assertThat(check(role, server.getAddress().getPort())).isEqualTo(expectedExit);
        } finally {
            server.stop(0);
        }
        assertThat(asked).containsExactly("/health/ready");
        assertThat(check(role, server.getAddress().getPort()))
                .as("nobody listens")
                .isNotZero();
    }

    /** The health check's own words, with the port of a server of ours. */
    private static int check(String role, int port) throws Exception {
        JsonNode test = services.path(role).path("healthcheck").path("test");
        assertThat(test.path(0).textValue()).isEqualTo("CMD");
        assertThat(test.path(3).textValue()).contains("/dev/tcp/127.0.0.1/9464");
        Process process = new ProcessBuilder(
                        test.path(1).textValue(),
                        test.path(2).textValue(),
                        test.path(3).textValue().replace("9464", Integer.toString(port)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue() == 0 ? 0 : 1;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void givenEachService_whenItPublishesPorts_thenOnLoopbackOnly() {
        List<String> ports = new ArrayList<>();
        services.forEach(service -> service.path("ports").forEach(port -> ports.add(port.asText())));

        assertThat(ports).hasSize(4).allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void givenEachService_whenItsImageIsNamed_thenByAVersion() {
        services.properties()
                .forEach(service -> assertThat(service.getValue().path("image").textValue())
                        .as(service.getKey())
                        .matches("[a-z/-]+:[0-9][0-9.]*"));
    }

    @Test
    void givenThePasswordOfClickHouse_whenTheFileIsRead_thenItComesFromOutsideAndIsAskedFor() {
        for (String service : List.of("setup", "streams", "sink", "gateway")) {
            assertThat(services.path(service)
                            .path("environment")
                            .path("TOLLGATE_CLICKHOUSE_PASSWORD")
                            .textValue())
                    .as(service)
                    .startsWith("${TOLLGATE_CLICKHOUSE_PASSWORD:?");
        }
        assertThat(services.path("clickhouse")
                        .path("environment")
                        .path("CLICKHOUSE_PASSWORD")
                        .textValue())
                .startsWith("${TOLLGATE_CLICKHOUSE_PASSWORD:?");
    }
}
