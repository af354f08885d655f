package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.api.live.LiveConfig;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ApiConfigTest {
    private static final String HASH = TokenHash.of(TokenHash.newToken()).text();

    @Test
    void givenOnlyWhatIsRequired_whenRead_thenTheRestHasDefaults() {
        ApiConfig config = ApiConfig.from(
                Map.of("clickhouse.url", "jdbc:ch://localhost:8123/default", "api.tokens.bi.hash", HASH));

        assertThat(config.http().host()).isEqualTo("127.0.0.1");
        assertThat(config.http().port()).isEqualTo(8470);
        assertThat(config.bounds().maxQueries()).isEqualTo(16);
        assertThat(config.bounds().maxExports()).isEqualTo(4);
        assertThat(config.bounds().queryTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.bounds().exportTimeout()).isEqualTo(Duration.ofMinutes(15));
        assertThat(config.clickHouse().database()).isEqualTo("tollgate");
        assertThat(config.tokens())
                .singleElement()
                .satisfies(token -> assertThat(token.role()).isEqualTo(Role.READER));
    }

    @Test
    void givenEverySetting_whenRead_thenEachHasItsPlaceAndSecretsAreMasked() {
        ApiConfig config = ApiConfig.from(Map.ofEntries(
                Map.entry("clickhouse.url", "jdbc:ch://localhost:8123/default"),
                Map.entry("clickhouse.password", "h1dden"),
                Map.entry("api.host", "0.0.0.0"),
                Map.entry("api.port", "443"),
                Map.entry("api.max-queries", "3"),
                Map.entry("api.max-exports", "2"),
                Map.entry("api.query-timeout", "5s"),
                Map.entry("api.export-timeout", "1h"),
                Map.entry("api.tokens.ops.hash", HASH),
                Map.entry("api.tokens.ops.role", "operator"),
                Map.entry("api.tokens.ops.accounts", "acme, team-*")));

        assertThat(config.http().port()).isEqualTo(443);
        assertThat(config.bounds().maxQueries()).isEqualTo(3);
        assertThat(config.bounds().maxExports()).isEqualTo(2);
        assertThat(config.bounds().queryTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.bounds().exportTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(config.tokens()).singleElement().satisfies(token -> {
            assertThat(token.role()).isEqualTo(Role.OPERATOR);
            assertThat(token.accounts()).containsExactly("acme", "team-*");
        });
        assertThat(config.toString()).doesNotContain("h1dden", HASH);
    }

    @Test
    void givenKafkaIsNamed_whenRead_thenLimitsAreFollowedUnlessNoneMayBeKept() {
        Map<String, String> settings =
                new HashMap<>(Map.of("clickhouse.url", "jdbc:ch://localhost:8123/default", "api.tokens.bi.hash", HASH));
        assertThat(ApiConfig.from(settings).live()).isNull();
        settings.put("api.max-snapshots", "5");
        assertThat(ApiConfig.from(settings).live()).isNull();

        settings.put("kafka.bootstrap-servers", "k:9092");
        assertThatThrownBy(() -> ApiConfig.from(settings))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems()).singleElement().asString().startsWith("registry.url is missing"));
        settings.put("registry.url", "http://r:8081");
        LiveConfig live = Objects.requireNonNull(ApiConfig.from(settings).live());
        assertThat(live.maxSnapshots()).isEqualTo(5);
        assertThat(live.cluster().bootstrapServers()).isEqualTo("k:9092");

        settings.put("api.max-snapshots", "0");
        assertThat(ApiConfig.from(settings).live()).isNull();
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreReportedAtOnce() {
        assertThatThrownBy(() -> ApiConfig.from(Map.of(
                        "api.port",
                        "70000",
                        "api.prot",
                        "1",
                        "api.query-timeout",
                        "soon",
                        "api.max-queries",
                        "0",
                        "api.max-exports",
                        "1001")))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .anyMatch(p -> p.startsWith("clickhouse.url is missing"))
                                .anyMatch(p -> p.startsWith("api.port"))
                                .anyMatch(p -> p.startsWith("api.prot is unknown"))
                                .anyMatch(p -> p.startsWith("api.query-timeout"))
                                .anyMatch(p -> p.startsWith("api.max-queries"))
                                .anyMatch(p -> p.startsWith("api.max-exports"))
                                .anyMatch(p -> p.startsWith("api.tokens.NAME.hash is missing")));
    }
}
