package dev.tollgate.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.notify.internal.alert.States;
import dev.tollgate.schemas.avro.BucketState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots in Kafka, and Debian's Alertmanager, either of which may be restarted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertmanagerIT {
    private static final String SOFT = "acme day SOFT_LIMIT_REACHED 90";
    private static final String HARD = "acme day HARD_LIMIT_REACHED 100";

    private TestingAlertmanager alertmanager;
    private NotifyFixture fixture;
    private int names;

    @BeforeAll
    void startAll(@TempDir Path folder) throws Exception {
        alertmanager = TestingAlertmanager.installed(folder.resolve("alertmanager"));
        fixture = new NotifyFixture(folder.resolve("kafka"));
    }

    @AfterAll
    void stopAll() throws Exception {
        if (fixture != null) {
            fixture.close();
        }
        if (alertmanager != null) {
            alertmanager.close();
        }
    }

    @BeforeEach
    void startFresh() throws Exception {
        fixture.newTopics();
        alertmanager.start();
    }

    @AfterEach
    void kill() throws Exception {
        alertmanager.kill();
    }

    private Map<String, String> settings(String... changes) {
        Map<String, String> settings = fixture.settings(fixture.alertmanager("am" + ++names, alertmanager.url()));
        for (int i = 0; i < changes.length; i += 2) {
            settings.put("notify.endpoint.am" + names + "." + changes[i], changes[i + 1]);
        }
        return settings;
    }

    private void say(String account, BucketState... buckets) throws Exception {
        fixture.publishState(States.account(account, Instant.now(), buckets));
    }

    private static Instant tomorrow() {
        return Instant.now().plusSeconds(86_400);
    }

    private void awaitActive(String... names) throws InterruptedException {
        NotifyFixture.await(
                "active: " + List.of(names), () -> alertmanager.active().equals(List.of(names)));
    }

    @Test
    void givenAlertsAndBlocks_whenSent_thenTheAlertmanagerShowsThemAndTheirEnds() throws Exception {
        BucketState both = States.soft("day", 101, tomorrow(), 9_000);
        both.setHardReached(true);
        both.setBlockedUntil(tomorrow());
        say("acme", both);
        say("calm", States.bucket("day", 1, tomorrow()));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (Notify notify = NotifyFixture.start(settings(), meters)) {
            awaitActive(HARD, SOFT);
            NotifyFixture.await("ready", notify::isReady);
            JsonNode shown = alertmanager.alerts().get(0);
            assertThat(shown.path("annotations").path("used").asText()).isEqualTo("101");
            assertThat(meters.get("tollgate.notify.active.alerts").gauge().value())
                    .isEqualTo(2);

            say("acme", States.soft("day", 95, tomorrow(), 9_000));
            awaitActive(SOFT);
            say("acme", States.bucket("day", 10, tomorrow()));
            awaitActive();
        }
        assertThat(meters.get("tollgate.notify.sent.alerts").counter().count()).isPositive();
    }

    @Test
    void givenAnAlertmanagerThatIsKilled_whenItComesBack_thenItShowsAllAgain() throws Exception {
        say("acme", States.soft("day", 95, tomorrow(), 9_000));
        try (Notify notify = NotifyFixture.start(settings())) {
            awaitActive(SOFT);
            alertmanager.kill();
            say("other", States.hard("day", tomorrow(), tomorrow()));
            alertmanager.start();

            awaitActive(SOFT, "other day HARD_LIMIT_REACHED 100");
            assertThat(notify.isStopped()).isFalse();
        }
    }

    @Test
    void givenARoleThatIsRestarted_whenItReadsTheTopicAgain_thenWhatHoldsIsShownAndWhatEndedMeanwhileIsNot()
            throws Exception {
        Map<String, String> settings = settings();
        say("acme", States.soft("day", 95, tomorrow(), 9_000));
        say("brief", States.soft("day", 95, tomorrow(), 9_000));
        try (Notify notify = NotifyFixture.start(settings)) {
            awaitActive(SOFT, "brief day SOFT_LIMIT_REACHED 90");
            assertThat(notify.isStopped()).isFalse();
        }
        say("brief", States.bucket("day", 1, tomorrow()));
        // Nobody sends: the posts that were made end by themselves.
        awaitActive();

        try (Notify notify = NotifyFixture.start(settings)) {
            awaitActive(SOFT);
            assertThat(notify.isStopped()).isFalse();
        }
    }

    @Test
    void givenTwoProcesses_whenOneStops_thenTheOtherSendsWhatItSent() throws Exception {
        Map<String, String> settings = settings();
        String[] expected = new String[12];
        for (int i = 0; i < expected.length; i++) {
            String account = "a" + (char) ('a' + i);
            say(account, States.soft("day", 95, tomorrow(), 9_000));
            expected[i] = account + " day SOFT_LIMIT_REACHED 90";
        }
        try (Notify stays = NotifyFixture.start(settings)) {
            try (Notify leaves = NotifyFixture.start(settings)) {
                awaitActive(expected);
                NotifyFixture.await("both work", () -> stays.isReady() && leaves.isReady());
            }
            Instant left = Instant.now();
            // What the one that left had sent last would have ended four intervals later.
            NotifyFixture.await("all are sent after that", () -> {
                boolean all = alertmanager.active().size() == expected.length;
                for (JsonNode alert : alertmanager.alerts()) {
                    all &= Instant.parse(alert.path("updatedAt").asText()).isAfter(left.plusSeconds(5));
                }
                return all;
            });
            assertThat(alertmanager.active()).containsExactly(expected);
        }
    }

    @Test
    void givenFilters_whenSnapshotsAreRead_thenOnlyWhatPassesIsShown() throws Exception {
        BucketState both = States.soft("day", 101, tomorrow(), 8_000, 9_000);
        both.setHardReached(true);
        both.setBlockedUntil(tomorrow());
        say("acme", both);
        say("eu-1", States.soft("day", 95, tomorrow(), 8_000, 9_000), States.soft("month", 95, tomorrow(), 9_000));
        Map<String, String> settings = settings(
                "filter.accounts", "eu-*",
                "filter.limits", "day",
                "filter.plans", "pro",
                "filter.kinds", "SOFT_LIMIT_REACHED",
                "filter.thresholds", "90");
        try (Notify notify = NotifyFixture.start(settings)) {
            awaitActive("eu-1 day SOFT_LIMIT_REACHED 90");
            NotifyFixture.await("ready", notify::isReady);
            assertThat(alertmanager.active()).containsExactly("eu-1 day SOFT_LIMIT_REACHED 90");
        }
    }

    @Test
    void givenAnAlertmanager_whenOperatorsLook_thenItIsListedAndTriedAndNothingElse() throws Exception {
        Map<String, String> settings = settings();
        String name = "am" + names;
        try (NotifyOperations operations = new NotifyOperations(NotifyConfig.from(settings))) {
            assertThat(operations.list())
                    .containsExactly(new EndpointStatus(name, alertmanager.url(), "alertmanager", false, true, 0));
            assertThat(operations.test(name).isDelivered()).isTrue();
            assertThat(alertmanager
                            .alerts()
                            .get(0)
                            .path("labels")
                            .path("alertname")
                            .asText())
                    .isEqualTo("TollgateTest");
            assertThatThrownBy(() -> operations.enable(name)).hasMessageContaining("is an Alertmanager");
            assertThatThrownBy(() -> operations.resend(name, "x", null)).hasMessageContaining("is an Alertmanager");
        }
    }
}
