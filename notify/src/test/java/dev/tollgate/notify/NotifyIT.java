package dev.tollgate.notify;

import static dev.tollgate.notify.NotifyFixture.await;
import static dev.tollgate.notify.NotifyFixture.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.notify.TestingReceiver.Behaviour;
import dev.tollgate.notify.TestingReceiver.Received;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.NotifyOutcome;
import dev.tollgate.schemas.avro.NotifyTrigger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role against a broker and receivers that do what receivers do. */
class NotifyIT {
    @TempDir
    static Path folder;

    private static NotifyFixture fixture;

    @BeforeAll
    static void start() throws Exception {
        fixture = new NotifyFixture(folder);
        WebhookVerifiers.install();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void newTopics() {
        fixture.newTopics();
    }

    @Test
    void givenEvents_whenSent_thenOtherPeoplesLibrariesVerifyThemByTheOldAndTheNewSecret() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.OK)) {
            fixture.publish(event("acme", 1), event("other", 1), event("acme", 2));
            String[] endpoint = fixture.endpoint(
                    "signed", receiver.url(), "secrets", NotifyFixture.OLD_SECRET + "," + NotifyFixture.SECRET);
            try (Notify notify = NotifyFixture.start(fixture.settings(endpoint))) {
                await("3 messages", () -> receiver.received().size() == 3);
                await("ready", notify::isReady);
            }

            assertThat(WebhookVerifiers.verify(NotifyFixture.SECRET, receiver.received()))
                    .isEqualTo("verified 3");
            assertThat(WebhookVerifiers.verify(NotifyFixture.OLD_SECRET, receiver.received()))
                    .isEqualTo("verified 3");
            assertThat(sequences(receiver, "acme")).containsExactly(1L, 2L);
            assertThat(fixture.deliveries()).hasSize(3).allSatisfy(delivery -> {
                assertThat(delivery.getOutcome()).isEqualTo(NotifyOutcome.DELIVERED);
                assertThat(delivery.getTrigger()).isEqualTo(NotifyTrigger.EVENT);
                assertThat(delivery.getStatus()).isEqualTo(200);
                assertThat(delivery.getAttempt()).isEqualTo(1);
            });
        }
    }

    @Test
    void givenSlackAndPagerDuty_whenEventsAreSent_thenEachGetsItsOwnFormWithoutSignature() throws Exception {
        try (TestingReceiver chat = new TestingReceiver(any -> TestingReceiver.OK);
                TestingReceiver pager = new TestingReceiver(any -> TestingReceiver.status(202))) {
            fixture.publish(event("acme", 1), event("acme", 2));
            try (Notify notify = NotifyFixture.start(fixture.settings(
                    "notify.endpoint.chat.url", chat.url(),
                    "notify.endpoint.chat.format", "slack",
                    "notify.endpoint.chat.from", "beginning",
                    "notify.endpoint.pager.url", pager.url(),
                    "notify.endpoint.pager.format", "pagerduty",
                    "notify.endpoint.pager.routing-key", "R0123456789abcdef0123456789abcde",
                    "notify.endpoint.pager.from", "beginning"))) {
                await("4 deliveries", () -> fixture.deliveries().size() == 4);
                assertThat(notify.isStopped()).isFalse();
            }

            assertThat(chat.received())
                    .extracting(received -> received.json().path("text").asText())
                    .containsExactly(
                            "acme is blocked: it has reached the limit day of plan pro version 1. Reason: größer als ☃",
                            "acme is clear of the limit day of plan pro version 1. Reason: größer als ☃");
            assertThat(pager.received())
                    .extracting(
                            received -> received.json().path("event_action").asText(),
                            received -> received.json().path("dedup_key").asText())
                    .containsExactly(tuple("trigger", "acme-1"), tuple("resolve", "acme-1"));
            for (TestingReceiver receiver : List.of(chat, pager)) {
                assertThat(receiver.received())
                        .allSatisfy(received -> assertThat(received.headers()).doesNotContainKey("webhook-signature"));
            }
        }
    }

    @Test
    void givenReceiversThatFailInEveryWay_whenTheyRecover_thenEachMessageArrivesInItsOrder() throws Exception {
        Map<String, Behaviour> firstAnswers = Map.of(
                "error", TestingReceiver.status(500),
                "overloaded", new Behaviour.Status(429, "Retry-After", "1"),
                "absent", TestingReceiver.status(404),
                "hangs", new Behaviour.Hang(),
                "breaks-off", new Behaviour.BreakOff(),
                "redirects", new Behaviour.Status(302, "Location", "/elsewhere"),
                "floods", new Behaviour.Flood());
        Function<Received, Behaviour> behaviour = request -> request.attempt() == 1 && request.sequence() == 1
                ? Objects.requireNonNull(firstAnswers.get(request.account()))
                : TestingReceiver.OK;
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (TestingReceiver receiver = new TestingReceiver(behaviour)) {
            for (String account : firstAnswers.keySet()) {
                fixture.publish(event(account, 1), event(account, 2), event(account, 3));
            }
            Map<String, String> settings = fixture.settings(fixture.endpoint("failing", receiver.url()));
            settings.put("notify.request-timeout", "1s");
            try (Notify notify = NotifyFixture.start(settings, meters)) {
                await("all delivered", () -> delivered().size() == 3 * firstAnswers.size());
                assertThat(notify.isStopped()).isFalse();
            }

            for (String account : firstAnswers.keySet()) {
                List<Long> sequences = sequences(receiver, account);
                assertThat(sequences)
                        .as(account)
                        .isEqualTo(account.equals("floods") ? List.of(1L, 2L, 3L) : List.of(1L, 1L, 2L, 3L));
            }
            assertThat(failures())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "error", "server-error",
                            "overloaded", "rate-limited",
                            "absent", "client-error",
                            "hangs", "timeout",
                            "breaks-off", "connection",
                            "redirects", "redirect"));
            assertThat(receiver.received().stream()
                            .collect(Collectors.groupingBy(
                                    Received::id,
                                    Collectors.mapping(
                                            request -> List.of(new String(
                                                    request.body(), java.nio.charset.StandardCharsets.UTF_8)),
                                            Collectors.toSet()))))
                    .as("bytes of each id")
                    .allSatisfy((id, bodies) -> assertThat(bodies).hasSize(1));
            assertThat(WebhookVerifiers.verify(NotifyFixture.SECRET, receiver.received()))
                    .startsWith("verified ");
            assertThat(meters.get("tollgate.notify.messages")
                            .tag("outcome", "delivered")
                            .counter()
                            .count())
                    .isEqualTo(21);
            assertThat(meters.get("tollgate.notify.messages")
                            .tag("outcome", "retrying")
                            .counter()
                            .count())
                    .isEqualTo(6);
            assertThat(meters.get("tollgate.notify.attempt")
                            .tag("result", "timeout")
                            .timer()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void givenAReceiverThatIsGone_whenItSaysSo_thenItIsLeftAloneUntilItIsSwitchedOnAndNothingIsLost() throws Exception {
        try (TestingReceiver gone = new TestingReceiver(any -> TestingReceiver.status(410));
                TestingReceiver other = new TestingReceiver(any -> TestingReceiver.OK)) {
            String[] endpoints = java.util.stream.Stream.concat(
                            java.util.Arrays.stream(fixture.endpoint("gone", gone.url())),
                            java.util.Arrays.stream(fixture.endpoint("beside-gone", other.url())))
                    .toArray(String[]::new);
            Map<String, String> settings = fixture.settings(endpoints);
            settings.put("notify.parallel", "1");
            NotifyConfig config = NotifyConfig.from(settings);
            fixture.publish(event("acme", 1), event("b", 1), event("c", 1));
            try (Notify notify = NotifyFixture.start(settings);
                    NotifyOperations operations = new NotifyOperations(config)) {
                await("the other has all", () -> other.received().size() == 3);
                await("switched off", () -> isDisabled(operations, "gone"));
                await("ready", notify::isReady);
            }
            assertThat(gone.received()).hasSize(1);
            try (Notify notify = NotifyFixture.start(settings);
                    NotifyOperations operations = new NotifyOperations(config)) {
                await("ready after a restart", notify::isReady);
                assertThat(gone.received()).hasSize(1);

                gone.behave(any -> TestingReceiver.OK);
                operations.enable("gone");

                await("all are sent", () -> gone.received().size() == 4);
                await("switched on", () -> !isDisabled(operations, "gone"));
                assertThat(operations.list()).extracting(EndpointStatus::name).containsExactly("beside-gone", "gone");
            }
            assertThat(other.received()).hasSize(3);
        }
    }

    @Test
    void givenAnAddressThatIsNotListed_whenSent_thenNothingConnects() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.OK)) {
            fixture.publish(event("acme", 1));
            Map<String, String> settings =
                    fixture.settings(fixture.endpoint("inside", receiver.url().replace("127.0.0.1", "localhost")));
            settings.remove("notify.allowed-networks");
            settings.put("notify.max-age", "1s");
            try (Notify notify = NotifyFixture.start(settings)) {
                await(
                        "expired",
                        () -> fixture.deliveries().stream()
                                .anyMatch(delivery -> delivery.getOutcome() == NotifyOutcome.EXPIRED));
                assertThat(notify.isStopped()).isFalse();
            }

            assertThat(receiver.received()).isEmpty();
            assertThat(fixture.deliveries())
                    .extracting(NotifyDelivery::getFailure)
                    .containsOnly("address");
            assertThat(fixture.deliveries().getLast().getDetail())
                    .isEqualTo("host localhost has no address that is public or in notify.allowed-networks");
        }
    }

    @Test
    void givenAReceiverThatFailsForLong_whenItsEventsExpire_thenTheLaneMovesOnAndAnAttemptIsMadeAtEach()
            throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(
                request -> request.sequence() == 1 ? TestingReceiver.status(503) : TestingReceiver.OK)) {
            fixture.publish(event("acme", 1), event("acme", 3));
            Map<String, String> settings = fixture.settings(fixture.endpoint("expiring", receiver.url()));
            settings.put("notify.max-age", "1s");
            try (Notify notify = NotifyFixture.start(settings)) {
                await("the second one", () -> delivered().equals(Set.of("acme-3")));
                assertThat(notify.isReady()).isTrue();
            }

            assertThat(fixture.deliveries())
                    .filteredOn(delivery -> delivery.getOutcome() == NotifyOutcome.EXPIRED)
                    .extracting(NotifyDelivery::getLimitEventId)
                    .containsExactly("acme-1");
        }
    }

    @Test
    void givenARestartBetweenAttempts_whenItGoesOn_thenTheNumberOfAttemptsAndTheWaitAreKept() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.status(500))) {
            fixture.publish(event("acme", 1));
            Map<String, String> settings = fixture.settings(fixture.endpoint("restarted", receiver.url()));
            settings.put("notify.retry.waits", "50ms,1h");
            settings.put("notify.instance-id", "one");
            try (Notify notify = NotifyFixture.start(settings)) {
                await("two attempts", () -> fixture.deliveries().size() == 2);
                assertThat(notify.isReady()).isTrue();
            }
            fixture.publish(event("beside", 1));
            try (Notify notify = NotifyFixture.start(settings)) {
                await(
                        "the other account",
                        () -> receiver.received().stream()
                                .anyMatch(request -> request.account().equals("beside")));
                assertThat(notify.isReady()).isTrue();
            }

            assertThat(sequences(receiver, "acme")).as("attempts").hasSize(2);
            assertThat(fixture.deliveries())
                    .filteredOn(delivery -> delivery.getAccountId().equals("acme"))
                    .extracting(NotifyDelivery::getAttempt)
                    .containsExactly(1, 2);
        }
    }

    @Test
    void givenARecordThatCannotBeDecodedAndOnesThatAreFiltered_whenRead_thenTheRestIsSent() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.OK)) {
            fixture.publishRaw("acme", new byte[] {1, 2, 3});
            fixture.publish(event("acme", 1), event("acme", 2), event("acme", 3));
            Map<String, String> settings = fixture.settings(fixture.endpoint(
                    "filtered", receiver.url(), "filter.kinds", "LIMIT_CLEARED", "format", "cloudevents"));
            try (Notify notify = NotifyFixture.start(settings, meters)) {
                await("the end", () -> delivered().equals(Set.of("acme-2")));
                assertThat(notify.isStopped()).isFalse();
            }

            assertThat(sequences(receiver, "acme")).containsExactly(2L);
            assertThat(receiver.received().getFirst().headers()).containsEntry("ce-type", "tollgate.limit.cleared");
            assertThat(meters.get("tollgate.notify.events")
                            .tag("kind", "undecodable")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("tollgate.notify.events")
                            .tag("kind", "filtered")
                            .counter()
                            .count())
                    .isEqualTo(2);
        }
    }

    @Test
    void givenANewEndpoint_whenItBeginsNow_thenWhatWasBeforeIsNotSent() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.OK)) {
            fixture.publish(event("acme", 1));
            Map<String, String> settings = fixture.settings(fixture.endpoint("new", receiver.url(), "from", "now"));
            try (Notify notify = NotifyFixture.start(settings)) {
                await("ready", notify::isReady);
                fixture.publish(event("acme", 3));
                await("the new one", () -> receiver.received().size() == 1);
            }

            assertThat(sequences(receiver, "acme")).containsExactly(3L);
        }
    }

    @Test
    void givenBlocksThatHaveEnded_whenSupersededOnesAreDropped_thenOneMessageSaysIt() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(
                request -> request.sequence() == 1 ? TestingReceiver.status(500) : TestingReceiver.OK)) {
            fixture.publish(event("acme", 1), event("acme", 2), event("acme", 3));
            Map<String, String> settings =
                    fixture.settings(fixture.endpoint("dropping", receiver.url(), "superseded", "drop"));
            try (Notify notify = NotifyFixture.start(settings)) {
                await("the rest", () -> delivered().equals(Set.of("acme-2", "acme-3")));
                assertThat(notify.isReady()).isTrue();
            }

            assertThat(fixture.deliveries())
                    .filteredOn(delivery -> delivery.getOutcome() == NotifyOutcome.SUPERSEDED)
                    .extracting(NotifyDelivery::getLimitEventId)
                    .containsExactly("acme-1");
        }
    }

    @Test
    void givenProcessesThatComeAndGo_whenTheyShareTheWork_thenNothingIsMissingAndOrderIsKept() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.OK)) {
            Map<String, String> settings = fixture.settings(fixture.endpoint("shared", receiver.url()));
            Notify first = NotifyFixture.start(settings);
            try {
                publishRound(1);
                await("the first has begun", () -> !receiver.received().isEmpty());
                try (Notify second = NotifyFixture.start(settings)) {
                    publishRound(2);
                    await("the second belongs to the group", second::isReady);
                    publishRound(3);
                    first.close();
                    publishRound(4);
                    await("all are delivered", () -> delivered().size() == 40);
                }
            } finally {
                first.close();
            }

            for (int i = 0; i < 10; i++) {
                assertThat(sequences(receiver, "account-" + i)).containsExactly(1L, 2L, 3L, 4L);
            }
            assertThat(receiver.mostInFlightOfAnAccount()).isEqualTo(1);
        }
    }

    private static void publishRound(long version) throws Exception {
        for (int i = 0; i < 10; i++) {
            fixture.publish(event("account-" + i, version));
        }
    }

    @Test
    void givenAPerson_whenTestingAndResending_thenItGoesThroughTheSameDoor() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver(any -> TestingReceiver.OK)) {
            fixture.publish(event("acme", 1));
            Map<String, String> settings = fixture.settings(fixture.endpoint("manual", receiver.url()));
            try (Notify notify = NotifyFixture.start(settings);
                    NotifyOperations operations = new NotifyOperations(NotifyConfig.from(settings))) {
                await("sent", () -> delivered().equals(Set.of("acme-1")));
                assertThat(notify.isReady()).isTrue();

                SentMessage test = operations.test("manual");
                SentMessage resent = operations.resend("manual", "acme-1", null);
                SentMessage again = operations.resend("manual", "acme-1", "acme");

                assertThat(List.of(test, resent, again)).allMatch(SentMessage::isDelivered);
                assertThat(test.id()).startsWith("test-");
                assertThatThrownBy(() -> operations.resend("manual", "nothing", null))
                        .isInstanceOf(NotifyException.class)
                        .hasMessageContaining("limit event 'nothing' is not in");
                assertThatThrownBy(() -> operations.test("missing"))
                        .isInstanceOf(NotifyException.class)
                        .hasMessage("endpoint 'missing' is not configured; there is manual");
                receiver.behave(any -> TestingReceiver.status(401));
                assertThat(operations.test("manual").failure()).isEqualTo("client-error");
            }

            assertThat(receiver.received().get(2).body())
                    .isEqualTo(receiver.received().getFirst().body());
            assertThat(WebhookVerifiers.verify(
                            NotifyFixture.SECRET, receiver.received().subList(0, 4)))
                    .isEqualTo("verified 4");
            assertThat(fixture.deliveries())
                    .extracting(NotifyDelivery::getTrigger)
                    .containsExactlyInAnyOrder(
                            NotifyTrigger.EVENT,
                            NotifyTrigger.TEST,
                            NotifyTrigger.RESEND,
                            NotifyTrigger.RESEND,
                            NotifyTrigger.TEST);
        }
    }

    private static boolean isDisabled(NotifyOperations operations, String name) {
        try {
            return operations.list().stream().anyMatch(status -> status.name().equals(name) && status.disabled());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> delivered() {
        return fixture.deliveries().stream()
                .filter(delivery -> delivery.getOutcome() == NotifyOutcome.DELIVERED)
                .map(NotifyDelivery::getLimitEventId)
                .collect(Collectors.toSet());
    }

    private static Map<String, String> failures() {
        return fixture.deliveries().stream()
                .filter(delivery -> delivery.getOutcome() == NotifyOutcome.RETRYING)
                .collect(Collectors.toMap(
                        NotifyDelivery::getAccountId, delivery -> String.valueOf(delivery.getFailure())));
    }

    private static List<Long> sequences(TestingReceiver receiver, String account) {
        return receiver.received().stream()
                .filter(request -> request.account().equals(account))
                .map(Received::sequence)
                .toList();
    }
}
