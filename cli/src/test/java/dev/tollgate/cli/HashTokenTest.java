package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.api.ApiConfig;
import dev.tollgate.gateserver.GateServerConfig;
import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.http.service.HttpServiceConfig;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** {@code hash-token} below each command that has tokens: its lines are the command's own configuration. */
class HashTokenTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    static Stream<Arguments> commands() {
        return Stream.of(
                Arguments.of("gateway", "gateway.tokens.", reader(GatewayConfig::from)),
                Arguments.of("gate", "gate-server.tokens.", reader(GateServerConfig::from)),
                Arguments.of("api", "api.tokens.", reader(ApiConfig::from)));
    }

    private static Function<Map<String, String>, HttpServiceConfig> reader(
            Function<Map<String, String>, HttpServiceConfig> reader) {
        return reader;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void givenACommand_whenATokenIsHashed_thenItsLinesAreThoseThatTheCommandReads(
            String command, String prefix, Function<Map<String, String>, HttpServiceConfig> reader) throws Exception {
        assertThat(run(command, "hash-token", "--new", "edge", "--accounts", "acme,team-*"))
                .as(err.toString())
                .isZero();

        Properties lines = new Properties();
        lines.load(new StringReader(out.toString()));
        assertThat(lines.stringPropertyNames())
                .containsExactlyInAnyOrder(prefix + "edge.hash", prefix + "edge.accounts");
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.bootstrap-servers", "k:1",
                "registry.url", "http://r",
                "clickhouse.url", "jdbc:ch://c:8123",
                "gate.default-plan", "mem"));
        lines.stringPropertyNames().forEach(key -> settings.put(key, lines.getProperty(key)));
        assertThat(reader.apply(settings).tokens()).singleElement().satisfies(token -> {
            assertThat(token.name()).isEqualTo("edge");
            assertThat(token.accounts()).isEqualTo(List.of("acme", "team-*"));
            assertThat(token.hash().matches(err.toString().replaceAll("(?s).*once: (\\S+).*", "$1")))
                    .isTrue();
        });
    }

    @Test
    void givenACommandWithoutTokens_whenATokenIsHashed_thenTheUsageIsWrong() {
        assertThat(run("sink", "hash-token", "--new", "edge")).isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(out.toString()).isEmpty();
    }
}
