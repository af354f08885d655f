package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.cli.config.ConfigRole;
import dev.tollgate.cli.config.ConfigSources;
import dev.tollgate.cli.config.Configuration;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** {@code tollgate config}, and how the sources of values are put together. */
class ConfigHelpTest {
    private static final String HIDDEN = "h1dden";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeFile() throws Exception {
        file = Files.writeString(folder.resolve("all.properties"), """
            bootstrap.servers=broker:9092
            schema.registry.url=http://bob:h1dden@registry:8081
            basic.auth.user.info=alice:h1dden
            kafka.client.sasl.jaas.config=password="h1dden"
            kafka.ssl.key.password=h1dden
            clickhouse.url=jdbc:ch://db:8123/default?password=h1dden
            clickhouse.password=h1dden
            sink.threads=4
            gateway.tokens.edge.hash=h1dden
            gateway.tls.key-store-password=h1dden
            """);
    }

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void givenAFileAndAFlag_whenListed_thenEachValueHasItsOrigin() {
        assertThat(run("config", "sink", "-c", file.toString(), "-s", "sink.batch.max-rows=10"))
                .isZero();

        assertThat(out.toString())
                .contains("bootstrap.servers = broker:9092  (file " + file + ")")
                .contains("sink.threads = 4  (file " + file + ")")
                .contains("consumers in this process; 1 to 64; default 1")
                .contains("sink.batch.max-rows = 10  (flag)")
                .contains("sink.batch.max-delay = 1s  (default)")
                .contains("also: bootstrap.servers, kafka.bootstrap.servers")
                .doesNotContain("gateway.port", "streams.threads");
    }

    @ParameterizedTest
    @EnumSource(ConfigRole.class)
    void givenSecretsUnderAnyName_whenListed_thenNoneIsShown(ConfigRole role) {
        assertThat(run("config", role.text(), "-c", file.toString())).isZero();
        assertThat(run("config", role.text(), "-c", file.toString(), "--json")).isZero();

        assertThat(out.toString() + err).doesNotContain(HIDDEN);
    }

    @Test
    void givenJson_whenListed_thenEachKeyIsAnObjectOnALineOfItsOwn() throws Exception {
        assertThat(run("config", "--json", "-c", file.toString())).isZero();

        List<JsonNode> keys = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            keys.add(new ObjectMapper().readTree(line));
        }
        assertThat(keys).hasSizeGreaterThan(80);
        JsonNode threads = only(keys, "sink.threads");
        assertThat(threads.get("default").asText()).isEqualTo("1");
        assertThat(threads.get("allowed").asText()).isEqualTo("1 to 64");
        assertThat(threads.get("roles").toString()).isEqualTo("[\"sink\"]");
        assertThat(threads.get("set").get(0).get("value").asText()).isEqualTo("4");
        assertThat(threads.get("set").get(0).get("source").asText()).isEqualTo("file " + file);
        JsonNode servers = only(keys, "kafka.bootstrap-servers");
        assertThat(servers.get("required").asBoolean()).isTrue();
        assertThat(servers.get("default").isNull()).isTrue();
        assertThat(servers.get("set").get(0).get("name").asText()).isEqualTo("bootstrap.servers");
        JsonNode password = only(keys, "clickhouse.password");
        assertThat(password.get("secret").asBoolean()).isTrue();
        assertThat(password.get("set").get(0).get("value").asText()).isEqualTo("****");
        assertThat(out.toString()).doesNotContain(HIDDEN);
    }

    @Test
    void givenARoleThatIsNone_whenListed_thenTheRolesAreNamed() {
        assertThat(run("config", "snk")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString())
                .contains("ROLE must be one of streams, sink, sql, gateway, notify, api, publisher, gate,"
                        + " gateserver, up, was 'snk'");
    }

    @Test
    void givenAKeyThatNoRoleKnows_whenARoleStarts_thenItIsNamedWithTheNearestOne() {
        assertThat(run("sink", "-c", file.toString(), "-s", "sinc.threads=2")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString())
                .contains("sinc.threads is unknown; did you mean sink.threads?")
                .doesNotContain(HIDDEN);
    }

    @Test
    void givenABrokenConfiguration_whenARoleStarts_thenNoSecretIsShown() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.properties"), """
            kafka.bootstrap-servers=broker:9092
            registry.url=ftp://bob:h1dden@registry
            registry.user-info=alice:h1dden
            basic.auth.user.info=carol:h1dden2
            clickhouse.url=http://db:8123?password=h1dden
            clickhouse.pasword=h1dden
            sink.threads=many
            """);

        assertThat(run("sink", "-c", broken.toString())).isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(err.toString())
                .contains("registry.url must be http or https URLs")
                .contains("registry.user-info and basic.auth.user.info are two names")
                .contains("clickhouse.pasword is unknown; did you mean clickhouse.password?")
                .contains("sink.threads must be a whole number from 1 to 64, was 'many'; the default is 1")
                .doesNotContain(HIDDEN);
    }

    @Test
    void givenAFlagAndAnotherNameInTheFile_whenMerged_thenTheFlagWins() {
        Configuration merged = ConfigSources.merge(
                file,
                Map.of("TOLLGATE_REGISTRY_URL", "http://environment", "TOLLGATE_KAFKA_CLIENT_SSL_KEY_PASSWORD", "e"),
                Map.of("kafka.bootstrap-servers", "flag:1"));

        assertThat(merged.values())
                .containsEntry("kafka.bootstrap-servers", "flag:1")
                .containsEntry("registry.url", "http://environment")
                .containsEntry("kafka.client.ssl.key.password", "e")
                .doesNotContainKeys("bootstrap.servers", "schema.registry.url", "kafka.ssl.key.password");
        assertThat(merged.originOf("kafka.bootstrap-servers")).isEqualTo("flag");
        assertThat(merged.originOf("registry.url")).isEqualTo("environment TOLLGATE_REGISTRY_URL");
        assertThat(merged.originOf("sink.threads")).isEqualTo("file " + file);
    }

    @Test
    void givenUnknownFirstWords_whenMerged_thenAllAreNamedAtOnce() {
        assertThatThrownBy(() -> ConfigSources.merge(null, Map.of(), Map.of("sincs.threads", "1", "x", "2")))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems()).hasSize(2));
    }

    private static JsonNode only(List<JsonNode> keys, String name) {
        return keys.stream()
                .filter(key -> key.get("key").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
