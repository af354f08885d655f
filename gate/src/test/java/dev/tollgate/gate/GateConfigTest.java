package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.config.InvalidSettingsException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GateConfigTest {
    @Test
    void givenOnlyAddresses_whenRead_thenDefaultsHold() {
        GateConfig config = GateConfig.from(TestingGate.settings());

        assertThat(config.limitStateTopic()).isEqualTo("tollgate.limit-state");
        assertThat(config.planCatalogTopic()).isEqualTo("tollgate.plan-catalog");
        assertThat(config.readUncommitted()).isTrue();
        assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.startPolicy()).isEqualTo(Policy.OPEN);
        assertThat(config.unknownAccount()).isEqualTo(Policy.OPEN);
        assertThat(config.defaultPlan()).isNull();
        assertThat(config.maxAccounts()).isEqualTo(200_000);
        assertThat(config.ownCallsHorizon()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.feedMaxAge()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.snapshotMaxAge()).isZero();
        assertThat(config.stalePolicy()).isEqualTo(Policy.OPEN);
        assertThat(config.stalePolicyByLimit()).isEmpty();
        assertThat(config.staleRetryAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.headers()).isEqualTo(HeaderSettings.standard());
    }

    @Test
    void givenEverything_whenRead_thenEverythingIsTaken() {
        Map<String, String> settings = TestingGate.settings(
                "kafka.security.protocol", "SSL",
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "me:secret",
                "topics.prefix", "eu.",
                "gate.read-uncommitted", "false",
                "gate.start-timeout", "3s",
                "gate.start-policy", "closed",
                "gate.unknown-account", "closed",
                "gate.default-plan", "free",
                "gate.max-accounts", "7",
                "gate.own-calls-horizon", "9s",
                "gate.feed-max-age", "4s",
                "gate.snapshot-max-age", "2m",
                "gate.stale.default", "closed",
                "gate.stale.limit.burst", "open",
                "gate.stale-retry-after", "8s",
                "gate.headers.x", "credits:X-Credits",
                "gate.headers.ietf", "false",
                "gate.headers.retry-after", "false");

        GateConfig config = GateConfig.from(settings);

        assertThat(config.cluster().clientProperties()).containsEntry("security.protocol", "SSL");
        assertThat(config.registry().userInfo()).isEqualTo("me:secret");
        assertThat(config.limitStateTopic()).isEqualTo("eu.limit-state");
        assertThat(config.readUncommitted()).isFalse();
        assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.startPolicy()).isEqualTo(Policy.CLOSED);
        assertThat(config.unknownAccount()).isEqualTo(Policy.CLOSED);
        assertThat(config.defaultPlan()).isEqualTo("free");
        assertThat(config.maxAccounts()).isEqualTo(7);
        assertThat(config.ownCallsHorizon()).isEqualTo(Duration.ofSeconds(9));
        assertThat(config.feedMaxAge()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.snapshotMaxAge()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.stalePolicy()).isEqualTo(Policy.CLOSED);
        assertThat(config.stalePolicyByLimit()).containsExactly(Map.entry("burst", Policy.OPEN));
        assertThat(config.staleRetryAfter()).isEqualTo(Duration.ofSeconds(8));
        assertThat(config.headers()).isEqualTo(new HeaderSettings(Map.of("credits", "X-Credits"), false, false));
        assertThat(config.toString()).doesNotContain("secret");
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreReportedAtOnce() {
        Map<String, String> settings = Map.of(
                "gate.max-accounts", "0",
                "gate.start-policy", "ajar",
                "gate.headers.x", "requests",
                "gate.max-acounts", "5",
                "kafka.group.id", "mine");

        assertThatThrownBy(() -> GateConfig.from(settings))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .hasSize(7)
                                .anyMatch(problem -> problem.contains("kafka.bootstrap-servers is missing"))
                                .anyMatch(problem -> problem.contains("registry.url is missing"))
                                .anyMatch(problem -> problem.contains("kafka.client.group.id cannot be set"))
                                .anyMatch(problem -> problem.contains("did you mean gate.max-accounts")));
    }
}
