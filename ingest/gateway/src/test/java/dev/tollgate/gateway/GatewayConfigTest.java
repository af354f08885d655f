package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.event.EventRules.CloudEventIdentity;
import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.server.TlsConfig;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayConfigTest {

    @Test
    void givenOnlyWhatIsRequired_whenRead_thenTheRestIsPreset() {
        GatewayConfig config = GatewayConfig.from(required());

        assertThat(config.tokens()).isEmpty();
        assertThat(config.topic()).isEqualTo("tollgate.request-events");
        assertThat(config.limits()).isEqualTo(new GatewayConfig.Limits(1 << 20, 1_000, 64L << 20, 50_000, 50, 1_024));
        assertThat(config.http())
                .isEqualTo(new HttpServerConfig(
                        "127.0.0.1",
                        8480,
                        null,
                        2_000,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(15)));
        assertThat(config.ackTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.rules()).isEqualTo(EventRules.strict());
        assertThat(config.clients())
                .containsOnly(
                        Map.entry("bootstrap.servers", "localhost:9092"),
                        Map.entry("schema.registry.url", "http://localhost:8081"),
                        Map.entry("schema.registry.request.timeout.ms", "10000"),
                        Map.entry("auto.register.schemas", "true"),
                        Map.entry("use.latest.version", "false"));
    }

    @Test
    void givenEverySetting_whenRead_thenEachHasItsPlaceAndSecretsAreMasked(@TempDir Path folder) throws Exception {
        Path keyStore = Files.createFile(folder.resolve("keys.jks"));
        TokenHash hash = TokenHash.of("a-token-of-some-length-123");
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.bootstrap.servers", "k:1",
                "kafka.security.protocol", "SSL",
                "schema.registry.url", "https://r",
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "me:hidden",
                "topics.prefix", "acc.",
                "gateway.host", "0.0.0.0",
                "gateway.port", "443"));
        settings.putAll(Map.of(
                "gateway.tls.key-store", keyStore.toString(),
                "gateway.tls.key-store-password", "hidden",
                "gateway.tls.key-store-type", "JKS",
                "gateway.tokens.ci.hash", hash.text(),
                "gateway.tokens.ci.accounts", "acme, team-*",
                "gateway.tokens.ci.role", "reader",
                "gateway.tokens.ci.expires", "2027-01-31T01:00:00+01:00"));
        settings.putAll(Map.of(
                "gateway.max-body-bytes", "2048",
                "gateway.max-events", "10",
                "gateway.in-flight-bytes", "4096",
                "gateway.in-flight-events", "20",
                "gateway.max-connections", "3",
                "gateway.idle-timeout", "1s",
                "gateway.request-timeout", "2s",
                "gateway.ack-timeout", "3s",
                "gateway.drain-timeout", "4s"));
        settings.putAll(Map.of(
                "gateway.unknown-fields", "ignore",
                "events.max-ahead", "5m",
                "gateway.share-percent", "25",
                "gateway.min-body-rate", "0",
                "gateway.cors.origins", "https://app.example.org, http://localhost:3000",
                "events.max-age", "90d",
                "gateway.event-type", "com.example.call",
                "gateway.event-identity", "source-and-id"));

        GatewayConfig config = GatewayConfig.from(settings);

        assertThat(config.topic()).isEqualTo("acc.request-events");
        assertThat(config.tokens()).singleElement().satisfies(token -> {
            assertThat(token.name()).isEqualTo("ci");
            assertThat(token.accounts()).containsExactly("acme", "team-*");
            assertThat(token.role()).isEqualTo(Role.READER);
            assertThat(token.expiresAt()).contains(Instant.parse("2027-01-31T00:00:00Z"));
            assertThat(token.hash().matches("a-token-of-some-length-123")).isTrue();
        });
        assertThat(config.limits()).isEqualTo(new GatewayConfig.Limits(2_048, 10, 4_096, 20, 25, 0));
        assertThat(config.http())
                .isEqualTo(new HttpServerConfig(
                        "0.0.0.0",
                        443,
                        new TlsConfig(keyStore, "hidden", "JKS"),
                        3,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4)));
        assertThat(config.ackTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.rules())
                .isEqualTo(new EventRules(
                        false,
                        new MaxEventAhead(Duration.ofMinutes(5)),
                        new MaxEventAge(Duration.ofDays(90)),
                        "com.example.call",
                        CloudEventIdentity.SOURCE_AND_ID,
                        false));
        assertThat(config.clients())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("basic.auth.user.info", "me:hidden");
        assertThat(config.toString()).doesNotContain("hidden", hash.text());
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreReportedAtOnce() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.acks", "1",
                "gateway.port", "70000",
                "gateway.prot", "1",
                "gateway.idle-timeout", "soon",
                "gateway.tokens.ci.hash", "plain text",
                "gateway.tokens.ops.accounts", "a",
                "gateway.tokens.bad name.hash", "x",
                "gateway.tls.key-store-password", "p",
                "gateway.max-body-bytes", "4096",
                "gateway.in-flight-bytes", "2048"));

        assertThatThrownBy(() -> GatewayConfig.from(settings))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .anyMatch(p -> p.startsWith("kafka.bootstrap-servers is missing"))
                                .anyMatch(p -> p.startsWith("registry.url is missing"))
                                .anyMatch(p -> p.startsWith("kafka.client.acks cannot be set: the gateway"))
                                .anyMatch(p -> p.startsWith("gateway.port must be"))
                                .anyMatch(p -> p.contains("gateway.prot is unknown; did you mean gateway.port?"))
                                .anyMatch(p -> p.startsWith("gateway.idle-timeout must be"))
                                .anyMatch(p -> p.startsWith("gateway.tokens.ci.hash"))
                                .anyMatch(p -> p.startsWith("gateway.tokens.ops.hash is missing"))
                                .anyMatch(p -> p.startsWith("gateway.tokens.bad name.* must be"))
                                .anyMatch(p -> p.startsWith("gateway.tls.key-store is missing"))
                                .anyMatch(p -> p.startsWith("gateway.in-flight-bytes must be at least"))
                                .noneMatch(p -> p.contains("plain text")));
    }

    @Test
    void givenAKeyStoreThatIsNoPath_whenRead_thenItIsReported() {
        Map<String, String> settings = required();
        settings.put("gateway.tls.key-store", "key\0store");
        settings.put("gateway.tls.key-store-password", "p");

        assertThatThrownBy(() -> GatewayConfig.from(settings))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("gateway.tls.key-store must be a path, was 'key\\u0000store'");
    }

    @Test
    void givenNoToken_whenRead_thenAnonymityMustBeAskedFor() {
        Map<String, String> settings = required();
        settings.remove("gateway.anonymous");

        assertThatThrownBy(() -> GatewayConfig.from(settings)).hasMessageContaining("gateway.anonymous=true");
    }

    @Test
    void givenTokenWithEmptyAccountList_whenRead_thenItIsRejectedRatherThanAllowedAll() {
        Map<String, String> settings = required();
        settings.remove("gateway.anonymous");
        settings.put(
                "gateway.tokens.ci.hash", TokenHash.of(TokenHash.newToken()).text());
        settings.put("gateway.tokens.ci.accounts", " , ");

        assertThatThrownBy(() -> GatewayConfig.from(settings))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .isEqualTo(List.of(
                                        "gateway.tokens.ci.accounts must name at least one account, or be left out")));
    }

    private static Map<String, String> required() {
        return new HashMap<>(Map.of(
                "kafka.bootstrap-servers", "localhost:9092",
                "registry.url", "http://localhost:8081",
                "gateway.anonymous", "true"));
    }
}
