package dev.tollgate.notify.internal.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Snapshots in, what an Alertmanager shows out, by a clock that the test moves. */
class AlertBookTest {
    private static final Instant NOON = Instant.parse("2026-05-04T12:00:00Z");
    private static final Instant EVENING = Instant.parse("2026-05-04T20:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeAlertmanager alertmanager = new FakeAlertmanager();
    private final AlertBody body = new AlertBody(null);
    private AlertBook book = newBook((kind, plan, account, limit, threshold) -> true);
    private Instant now = NOON;

    private static AlertBook newBook(AlertFilter filter) {
        AlertBook made = new AlertBook(new SnapshotAlerts(filter), MINUTE);
        made.complete(0);
        return made;
    }

    private void say(LimitState state) {
        book.apply(0, state.getAccountId(), state, now);
    }

    /** What is due is posted and accepted. */
    private int send() {
        List<AlertPost> due = book.due(now);
        if (!due.isEmpty()) {
            alertmanager.post(body.bytes(due), now);
            book.accepted(due, now);
        }
        return due.size();
    }

    private void after(Duration time) {
        now = now.plus(time);
    }

    @Test
    void givenThresholdsAndABlock_whenSent_thenEachIsAnAlertOfItsOwn() {
        BucketState both = States.soft("day", 101, EVENING, 8_000, 9_550);
        both.setHardReached(true);
        both.setBlockedUntil(EVENING);
        say(States.account("acme", NOON, both, States.bucket("month", 3, EVENING)));

        send();

        assertThat(alertmanager.active(now))
                .containsExactly(
                        "acme day HARD_LIMIT_REACHED 100",
                        "acme day SOFT_LIMIT_REACHED 80",
                        "acme day SOFT_LIMIT_REACHED 95.5");
    }

    @Test
    void givenAnAlertThatHolds_whenTimePasses_thenItIsSentOnceAnIntervalAndIsOneAlert() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        List<Integer> sent = new ArrayList<>();
        for (int second = 0; second <= 180; second += 20) {
            sent.add(send());
            after(Duration.ofSeconds(20));
        }

        assertThat(sent).containsExactly(1, 0, 0, 1, 0, 0, 1, 0, 0, 1);
        assertThat(alertmanager.known()).isEqualTo(1);
    }

    @Test
    void givenNewFigures_whenSnapshotsFollow_thenNothingIsSentBeforeTheIntervalAndThenWithThem() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();
        after(Duration.ofSeconds(1));
        say(States.account("acme", now, States.soft("day", 97, EVENING, 9_000)));

        assertThat(book.due(now)).isEmpty();
        after(MINUTE);
        AlertPost post = book.due(now).getFirst();
        assertThat(post.annotations()).containsEntry("used", "97");
        assertThat(post.startsAt()).isEqualTo(NOON);
        assertThat(post.endsAt()).isEqualTo(now.plus(Duration.ofMinutes(4)));
    }

    @Test
    void givenAnAlertThatHeld_whenTheSnapshotDoesNotSaySo_thenItEndsAtOnceAndForGood() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();
        after(Duration.ofSeconds(5));
        say(States.account("acme", now, States.bucket("day", 10, EVENING)));

        assertThat(send()).isEqualTo(1);
        assertThat(alertmanager.active(now)).isEmpty();
        for (int minute = 0; minute < 10; minute++) {
            after(MINUTE);
            send();
            assertThat(alertmanager.active(now)).isEmpty();
        }
        assertThat(book.due(now.plus(Duration.ofDays(1)))).isEmpty();
    }

    @Test
    void givenAWindowThatEnds_whenNoSnapshotComes_thenItsAlertsEndWithIt() {
        say(States.account("acme", NOON, States.soft("hour", 91, NOON.plusSeconds(90), 9_000)));
        send();
        after(MINUTE);

        assertThat(book.due(now).getFirst().endsAt()).isEqualTo(NOON.plusSeconds(90));
        after(Duration.ofSeconds(40));
        assertThat(book.active()).isEqualTo(1);
        send();
        assertThat(book.active()).isZero();
        assertThat(alertmanager.active(now)).isEmpty();
    }

    @Test
    void givenASnapshotOfAWindowThatIsOver_whenRead_thenNothingIsEverSaid() {
        say(States.account("acme", NOON, States.hard("hour", NOON.minusSeconds(1), NOON.minusSeconds(1))));

        assertThat(book.due(now)).isEmpty();
    }

    @Test
    void givenABlockWithoutAnEnd_whenSent_thenItHoldsForFourIntervalsEachTime() {
        say(States.account("acme", NOON, States.hard("leak", EVENING, Instant.parse("9999-12-31T23:59:59.999Z"))));

        assertThat(book.due(now).getFirst().endsAt()).isEqualTo(NOON.plus(Duration.ofMinutes(4)));
    }

    @Test
    void givenAnAlertmanagerThatForgets_whenAnIntervalHasPassed_thenItShowsAllAgain() {
        for (String account : List.of("a", "b", "c")) {
            say(States.account(account, NOON, States.soft("day", 91, EVENING, 9_000)));
        }
        send();
        Set<String> before = alertmanager.active(now);
        alertmanager.restart();
        assertThat(alertmanager.active(now)).isEmpty();

        after(MINUTE);
        send();

        assertThat(before).hasSize(3);
        assertThat(alertmanager.active(now)).isEqualTo(before);
    }

    @Test
    void givenARestart_whenTheSnapshotsAreReadAgain_thenTheAlertsAreTheSame() {
        LimitState state = States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000));
        say(state);
        send();
        after(Duration.ofSeconds(30));
        book = newBook((kind, plan, account, limit, threshold) -> true);
        say(state);
        send();

        assertThat(alertmanager.known()).isEqualTo(1);
        assertThat(alertmanager.active(now)).hasSize(1);
    }

    @Test
    void givenAnAlertThatEndsWhileNobodySends_whenFourIntervalsHavePassed_thenItHasEnded() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();

        assertThat(alertmanager.active(NOON.plus(Duration.ofSeconds(239)))).hasSize(1);
        assertThat(alertmanager.active(NOON.plus(Duration.ofMinutes(4)))).isEmpty();
    }

    @Test
    void givenAPartitionThatIsNotReadToItsEnd_whenAsked_thenNothingOfItIsSaid() {
        book.apply(1, "acme", States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)), now);
        assertThat(book.due(now)).isEmpty();
        book.apply(1, "acme", States.account("acme", NOON, States.bucket("day", 1, EVENING)), now);
        book.complete(1);

        assertThat(book.due(now)).isEmpty();
        assertThat(alertmanager.fired()).isEmpty();
    }

    @Test
    void givenAPartitionThatGoesToAnother_whenAsked_thenItsAlertsAreNotEnded() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();
        book.drop(0);
        after(MINUTE);

        assertThat(send()).isZero();
        assertThat(book.active()).isZero();
        assertThat(alertmanager.active(now)).hasSize(1);
    }

    @Test
    void givenAnAlertmanagerThatIsAway_whenItComesBackAfterTheEnd_thenTheEndIsStillDue() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();
        after(Duration.ofSeconds(10));
        say(States.account("acme", now, States.bucket("day", 1, EVENING)));
        book.due(now);
        after(Duration.ofSeconds(100));

        assertThat(send()).isEqualTo(1);
        assertThat(alertmanager.active(now)).isEmpty();
    }

    @Test
    void givenAnAlertThatComesAgain_whenItHadEnded_thenItIsActiveAtOnce() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();
        after(Duration.ofSeconds(1));
        say(States.account("acme", now, States.bucket("day", 1, EVENING)));
        send();
        after(Duration.ofSeconds(1));
        say(States.account("acme", now, States.soft("day", 92, EVENING, 9_000)));

        send();

        assertThat(alertmanager.active(now)).hasSize(1);
        assertThat(alertmanager.known()).isEqualTo(1);
    }

    @Test
    void givenATombstone_whenRead_thenWhatTheKeyHeldHasEnded() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        send();
        book.apply(0, "acme", null, now);
        send();

        assertThat(alertmanager.active(now.plusMillis(1))).isEmpty();
    }

    @Test
    void givenASuspension_whenSent_thenItIsAnAlertUntilItsEnd() {
        LimitState state = States.account("acme", NOON);
        state.setSuspended(true);
        state.setSuspendedUntil(NOON.plusSeconds(60));
        state.setSuspensionReason("unpaid");
        say(state);
        AlertPost post = book.due(now).getFirst();
        send();

        assertThat(post.labels()).containsEntry("alertname", "TollgateAccountSuspended");
        assertThat(post.annotations()).containsEntry("summary", "acme is suspended: unpaid");
        assertThat(alertmanager.active(now)).containsExactly("acme - SUSPENDED");
        assertThat(alertmanager.active(NOON.plusSeconds(60))).isEmpty();
    }

    @Test
    void givenSnapshotsOfAKey_whenSent_thenItsAlertIsNotTheAccounts() {
        say(States.account("acme", NOON, States.soft("day", 91, EVENING, 9_000)));
        BucketState ofKey = States.soft("day", 91, EVENING, 9_000);
        ofKey.setScope(Scope.API_KEY);
        ofKey.setScopeKey("k1");
        LimitState state = States.account("acme", NOON, ofKey);
        state.setScope(Scope.API_KEY);
        state.setScopeKey("k1");
        state.setSuspended(true);
        book.apply(0, "acme\0API_KEY\0k1", state, now);

        assertThat(book.due(now))
                .extracting(post -> post.labels().get("scope") + post.labels().getOrDefault("scope_key", ""))
                .containsExactlyInAnyOrder("account", "api_keyk1");
    }

    @Test
    void givenAnAdvisoryLimit_whenReached_thenItsAlertsSayThatNothingIsBlocked() {
        BucketState bucket = States.soft("day", 120, EVENING, 9_000);
        bucket.setMode(Mode.ADVISORY);
        bucket.setHardReached(true);
        say(States.account("acme", NOON, bucket));

        assertThat(book.due(now))
                .extracting(post -> post.labels().get("severity") + " "
                        + post.labels().get("kind") + " " + post.labels().get("threshold"))
                .containsExactlyInAnyOrder("info ADVISORY_LIMIT_REACHED 90", "info ADVISORY_LIMIT_REACHED 100");
    }

    @Test
    void givenASnapshotOfAnOlderWriter_whenItSaysNoThresholds_thenOneAlertHasNone() {
        BucketState bucket = States.soft("day", 91, EVENING);
        bucket.setThresholdsReached(null);
        say(States.account("acme", NOON, bucket));

        assertThat(book.due(now))
                .singleElement()
                .satisfies(post -> assertThat(post.labels())
                        .doesNotContainKey("threshold")
                        .containsEntry("kind", "SOFT_LIMIT_REACHED"));
    }

    @Test
    void givenFilters_whenSnapshotsAreRead_thenEachPartIsAsked() {
        List<String> asked = new ArrayList<>();
        book = newBook((kind, plan, account, limit, threshold) -> {
            asked.add(kind + " " + plan + " " + account + " " + limit + " " + threshold);
            return kind == LimitEventKind.HARD_LIMIT_REACHED;
        });
        BucketState both = States.soft("day", 101, EVENING, 9_000);
        both.setHardReached(true);
        both.setBlockedUntil(EVENING);
        LimitState state = States.account("acme", NOON, both);
        state.setSuspended(true);
        say(state);
        send();

        assertThat(asked)
                .containsExactly(
                        "SUSPENDED pro acme null null",
                        "SOFT_LIMIT_REACHED pro acme day 9000",
                        "HARD_LIMIT_REACHED pro acme day null");
        assertThat(alertmanager.active(now)).containsExactly("acme day HARD_LIMIT_REACHED 100");
    }

    @Test
    void givenHostileNames_whenWritten_thenTheyAreTextsAndTheLinkIsEncoded() {
        String hostile = "a\"}],\n{x}/../?&=#%\u202e$1\\";
        BucketState bucket = States.soft(hostile, 91, EVENING, 9_000);
        say(States.account(hostile, NOON, bucket));
        List<AlertPost> due = book.due(now);
        byte[] bytes = new AlertBody(GeneratorUrl.parse("https://u.example.org/a/{account}?limit={limit}")).bytes(due);

        alertmanager.post(bytes, now);

        assertThat(alertmanager.active(now)).containsExactly(hostile + " " + hostile + " SOFT_LIMIT_REACHED 90");
        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .contains("https://u.example.org/a/a%22%7D%5D%2C%0A%7Bx%7D%2F..%2F%3F%26%3D%23%25%E2%80%AE%241%5C"
                        + "?limit=");
    }

    /**
     * Two hundred random histories: what the newest snapshots say is what an Alertmanager shows four intervals later at
     * most, whatever is restarted and whatever post is lost; and it never shows what no snapshot said.
     */
    @Test
    void givenRandomHistories_whenPostsAreLostAndBothSidesRestart_thenTheEndIsWhatTheSnapshotsSay() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            FakeAlertmanager shown = new FakeAlertmanager();
            AlertBook sender = newBook((kind, plan, account, limit, threshold) -> true);
            Map<String, LimitState> newest = new HashMap<>();
            Set<String> said = new HashSet<>();
            Instant clock = NOON;
            for (int step = 0; step < 120; step++) {
                clock = clock.plusSeconds(random.nextInt(40));
                switch (random.nextInt(10)) {
                    case 0 -> shown.restart();
                    case 1 -> {
                        sender = newBook((kind, plan, account, limit, threshold) -> true);
                        for (LimitState state : newest.values()) {
                            sender.apply(0, state.getAccountId(), state, clock);
                        }
                    }
                    default -> {
                        LimitState state = random(random, clock);
                        newest.put(state.getAccountId(), state);
                        said.addAll(holding(List.of(state), clock));
                        sender.apply(0, state.getAccountId(), state, clock);
                    }
                }
                send(sender, shown, clock, random.nextInt(4) > 0, random.nextInt(5) > 0);
            }
            // Nothing is lost any more; an alert that ended while the sender was away ends by its endsAt.
            for (int second = 0; second <= 240; second += 5) {
                clock = clock.plusSeconds(5);
                send(sender, shown, clock, true, true);
            }
            assertThat(shown.active(clock)).as("seed %s", seed).isEqualTo(holding(newest.values(), clock));
            assertThat(said).as("seed %s", seed).containsAll(shown.fired());
            assertThat(shown.posts()).isPositive();
        }
    }

    private void send(AlertBook sender, FakeAlertmanager shown, Instant at, boolean arrives, boolean answered) {
        List<AlertPost> due = sender.due(at);
        if (arrives && !due.isEmpty()) {
            shown.post(body.bytes(due), at);
            if (answered) {
                sender.accepted(due, at);
            }
        }
    }

    private static LimitState random(SplittableRandom random, Instant at) {
        Instant end = at.plusSeconds(30 + random.nextInt(1_200));
        BucketState bucket = switch (random.nextInt(4)) {
            case 0 -> States.soft("day", 85, end, 8_000);
            case 1 -> States.soft("day", 95, end, 8_000, 9_000);
            case 2 -> States.hard("day", end, end);
            default -> States.bucket("day", 1, end);
        };
        return States.account("a" + random.nextInt(3), at, bucket);
    }

    /** The obvious way. */
    private static Set<String> holding(Iterable<LimitState> states, Instant at) {
        Set<String> holding = new TreeSet<>();
        for (LimitState state : states) {
            BucketState bucket = state.getBuckets().getFirst();
            if (bucket.getWindowEnd().isAfter(at)) {
                for (int threshold : bucket.getThresholdsReached()) {
                    holding.add(state.getAccountId() + " day SOFT_LIMIT_REACHED " + threshold / 100);
                }
                if (bucket.getHardReached()) {
                    holding.add(state.getAccountId() + " day HARD_LIMIT_REACHED 100");
                }
            }
        }
        return holding;
    }
}
