package dev.tollgate.gateserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.gate.Policy;
import dev.tollgate.gateserver.check.CheckAnswer.IdentityHeaders;
import dev.tollgate.gateserver.check.CheckOptions;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class GateServerConfigTest {
    private static final Map<String, String> LEAST =
            Map.of("kafka.bootstrap-servers", "k:1", "registry.url", "http://r");

    @Test
    void givenTheLeast_whenRead_thenTheDefaultsAreTheDocumentedOnes() {
        GateServerConfig config = GateServerConfig.from(LEAST);

        assertThat(config.http().host()).isEqualTo("127.0.0.1");
        assertThat(config.http().port()).isEqualTo(8490);
        assertThat(config.tokens()).isEmpty();
        assertThat(config.accountFrom()).isEqualTo(AccountFrom.HEADER);
        assertThat(config.headers()).isEqualTo(new IdentityHeaders("X-Account-Id", "X-Project-Id", "X-Api-Key-Id"));
        assertThat(config.keyHeader()).isEqualTo("X-Api-Key");
        assertThat(config.keyFile()).isNull();
        assertThat(config.noAccount()).isEqualTo(Policy.CLOSED);
        assertThat(config.defaults()).isEqualTo(new CheckOptions(0, false, false));
        assertThat(config.endpoints()).isEmpty();
    }

    @Test
    void givenEveryKey_whenRead_thenAllAreTaken() {
        String hash = TokenHash.of("a-token-of-some-length-123").text();
        GateServerConfig config = GateServerConfig.from(GateServerTest.settings(
                "gate-server.host", "0.0.0.0",
                "gate-server.port", "1234",
                "gate-server.max-connections", "7",
                "gate-server.idle-timeout", "1m",
                "gate-server.tokens.edge.hash", hash,
                "gate-server.account-from", "key",
                "gate-server.account-header", "X-Acc",
                "gate-server.project-header", "X-Prj",
                "gate-server.api-key-id-header", "X-Kid",
                "gate-server.keys.header", "X-Secret",
                "gate-server.keys.file", "/etc/keys",
                "gate-server.no-account", "open",
                "gate-server.record", "true",
                "gate-server.deny-status", "403",
                "gate-server.endpoints", "/v1/mems/{id}, /v2/mem-it",
                "gate.unknown-account", "closed",
                "publisher.name", "edge",
                "streams.threads", "2",
                "clickhouse.password", "hidden"));

        assertThat(config.http().host()).isEqualTo("0.0.0.0");
        assertThat(config.http().maxConnections()).isEqualTo(7);
        assertThat(config.http().idleTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.tokens()).extracting("name").containsExactly("edge");
        assertThat(config.accountFrom()).isEqualTo(AccountFrom.KEY);
        assertThat(config.headers()).isEqualTo(new IdentityHeaders("X-Acc", "X-Prj", "X-Kid"));
        assertThat(config.keyHeader()).isEqualTo("X-Secret");
        assertThat(config.keyFile()).isEqualTo(Path.of("/etc/keys"));
        assertThat(config.noAccount()).isEqualTo(Policy.OPEN);
        assertThat(config.defaults()).isEqualTo(new CheckOptions(403, false, true));
        assertThat(config.endpoints()).containsExactly("/v1/mems/{id}", "/v2/mem-it");
        assertThat(config.gate().unknownAccount()).isEqualTo(Policy.CLOSED);
        assertThat(config.publisher().producerName()).isEqualTo("edge");
        // Kafka's producer would log what it does not know, secrets too.
        assertThat(config.publisher().clientProperties().keySet())
                .noneMatch(key -> key.startsWith("gate") || key.startsWith("streams") || key.startsWith("clickhouse"));
        assertThat(config.toString()).doesNotContain(hash, "hidden");
    }

    @Test
    void givenMistakes_whenRead_thenAllOfThemAreReportedAtOnceAndEachOnce() {
        Map<String, String> settings = GateServerTest.settings(
                "gate-server.port", "70000",
                "gate-server.prot", "1",
                "gate-server.account-from", "key",
                "gate-server.deny-status", "200",
                "gate-server.endpoints", "mems",
                "gate-server.account-header", "X Account",
                "gate-server.tokens.edge.hash",
                        TokenHash.of("a-token-of-some-length-123").text(),
                "gate-server.tokens.edge.role", "reader",
                "gate-server.keys.header", "Authorization",
                "gate.max-accounts", "none",
                "gate.max-acounts", "1",
                "publisher.nmae", "x",
                "topics.partitions", "many");
        settings.remove("registry.url");

        assertThatThrownBy(() -> GateServerConfig.from(settings))
                .isInstanceOf(InvalidSettingsException.class)
                .extracting(e -> ((InvalidSettingsException) e).problems())
                .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                .doesNotHaveDuplicates()
                .anyMatch(problem -> problem.startsWith("registry.url is missing"))
                .anyMatch(problem -> problem.startsWith("topics.partitions must be"))
                .anyMatch(problem -> problem.startsWith("gate.max-accounts must be"))
                .anyMatch(problem -> problem.startsWith("gate.max-acounts is unknown; did you mean gate.max-accounts?"))
                .anyMatch(problem -> problem.startsWith("publisher.nmae is unknown; did you mean publisher.name?"))
                .anyMatch(problem -> problem.startsWith("gate-server.port must be a whole number from 0 to 65535"))
                .anyMatch(problem -> problem.startsWith("gate-server.prot is unknown; did you mean gate-server.port?"))
                .anyMatch(problem -> problem.startsWith("gate-server.keys.file is missing"))
                .anyMatch(problem -> problem.startsWith("gate-server.keys.header must not be Authorization"))
                .anyMatch(problem -> problem.startsWith("gate-server.deny-status must be"))
                .anyMatch(problem -> problem.startsWith("gate-server.endpoints must be paths"))
                .anyMatch(problem -> problem.startsWith("gate-server.account-header must be the name of a header"))
                .anyMatch(problem -> problem.equals("gate-server.tokens.edge.role must be check, was reader"))
                .hasSize(13);
    }
}
