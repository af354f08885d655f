package dev.tollgate.notify.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.notify.internal.lane.EndpointLanes.Attempt;
import dev.tollgate.notify.internal.lane.EndpointLanes.Work;
import dev.tollgate.notify.internal.lane.Settlement.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random logs, receivers, bounds and crashes. The receiver notes each request; what the process knows is lost in each
 * crash but for what was stored. {@code -Dtollgate.seed=N} repeats one history, {@code -Dtollgate.histories=N} runs
 * more.
 */
class CrashingDeliveryTest {
    private static final int PARTITIONS = 2;

    @Test
    void nothingIsMissingOrderIsKeptAndACrashRepeatsOneEventOfAnAccountAtMost() {
        Long seed = Long.getLong("tollgate.seed");
        int histories = seed == null ? Integer.getInteger("tollgate.histories", 1_500) : 1;
        int crashes = 0;
        int repeats = 0;
        int expired = 0;
        int superseded = 0;
        for (int i = 0; i < histories; i++) {
            History history = new History(seed == null ? i : seed);
            history.run();
            crashes += history.crashes;
            repeats += history.repeats;
            expired += history.expired;
            superseded += history.superseded;
        }

        if (seed == null) {
            assertThat(crashes).as("crashes").isGreaterThan(histories);
            assertThat(repeats).as("events that a crash repeated").isGreaterThan(histories / 10);
            assertThat(expired).as("events that expired").isGreaterThan(histories / 10);
            assertThat(superseded).as("events that were superseded").isGreaterThan(histories / 10);
        }
    }

    private static final class History {
        private final long seed;
        private final Random random;
        private final List<List<PendingEvent<byte[]>>> log = new ArrayList<>();
        private final LanePolicy policy;
        private final double failureShare;
        private final double crashShare;
        // What is stored.
        private final long[] committed = new long[PARTITIONS];
        private final List<Map<String, LaneProgress>> stored = new ArrayList<>();
        // What the receiver has seen.
        private final Map<String, Long> newestReceived = new HashMap<>();
        private final Map<String, byte[]> bodies = new HashMap<>();
        private final Set<String> accepted = new HashSet<>();
        private final Set<String> given = new HashSet<>();
        // What the process knows.
        private EndpointLanes<byte[]> lanes;
        private final long[] position = new long[PARTITIONS];
        private final List<Attempt<byte[]>> inFlight = new ArrayList<>();
        private final Map<String, String> inFlightByAccount = new HashMap<>();
        private final List<Settlement<byte[]>> toStore = new ArrayList<>();
        private final Set<String> mayRepeat = new HashSet<>();
        private long now = 1_000_000;
        private int crashes;
        private int repeats;
        private int expired;
        private int superseded;

        History(long seed) {
            this.seed = seed;
            random = new Random(seed);
            int accounts = 1 + random.nextInt(6);
            Map<String, Long> versions = new HashMap<>();
            Map<String, String> open = new HashMap<>();
            for (int p = 0; p < PARTITIONS; p++) {
                log.add(new ArrayList<>());
                stored.add(new HashMap<>());
            }
            for (int i = 0; i < 5 + random.nextInt(60); i++) {
                int number = random.nextInt(accounts);
                String account = "account-" + number;
                long version = versions.merge(account, 1L + random.nextInt(3), Long::sum);
                String id = account + "-" + version;
                String clears = random.nextBoolean() ? open.remove(account) : null;
                if (clears == null) {
                    open.put(account, id);
                }
                List<PendingEvent<byte[]>> partition = log.get(number % PARTITIONS);
                partition.add(new PendingEvent<>(
                        number % PARTITIONS,
                        partition.size(),
                        account,
                        version,
                        id,
                        clears,
                        now + i,
                        id.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            }
            policy = new LanePolicy(
                    1 + random.nextInt(5),
                    1 + random.nextInt(20),
                    Duration.ofMillis(1 + random.nextInt(100_000)),
                    new RetryTable(List.of(Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMillis(1_000))),
                    random.nextInt(3) == 0);
            failureShare = random.nextDouble() * 0.7;
            crashShare = random.nextDouble() * 0.05;
            lanes = restarted();
        }

        void run() {
            for (int step = 0; !isDone(); step++) {
                assertThat(step).as(name("steps")).isLessThan(200_000);
                step();
            }
            for (List<PendingEvent<byte[]>> partition : log) {
                for (PendingEvent<byte[]> event : partition) {
                    assertThat(accepted.contains(event.id()) || given.contains(event.id()))
                            .as(name("missing: " + event.id()))
                            .isTrue();
                }
            }
        }

        private boolean isDone() {
            for (int p = 0; p < PARTITIONS; p++) {
                if (committed[p] < log.get(p).size()) {
                    return false;
                }
            }
            return true;
        }

        private void step() {
            if (random.nextDouble() < crashShare) {
                crash();
            }
            switch (random.nextInt(5)) {
                case 0 -> read();
                case 1 -> start();
                case 2 -> answer();
                case 3 -> store();
                default -> now += random.nextInt(50);
            }
        }

        private void read() {
            int p = random.nextInt(PARTITIONS);
            for (int i = random.nextInt(5); i >= 0 && position[p] < log.get(p).size() && !lanes.isFull(p); i--) {
                lanes.add(log.get(p).get((int) position[p]++));
            }
        }

        private void start() {
            Work<byte[]> work = lanes.start(now);
            for (Settlement<byte[]> settlement : work.superseded()) {
                assertThat(policy.dropSuperseded()).as(name("superseded")).isTrue();
                toStore.add(settlement);
            }
            for (Attempt<byte[]> attempt : work.attempts()) {
                assertThat(inFlightByAccount.put(
                                attempt.event().account(), attempt.event().id()))
                        .as(name("in flight of one account"))
                        .isNull();
                inFlight.add(attempt);
                assertThat(inFlight).as(name("in flight")).hasSizeLessThanOrEqualTo(policy.parallel());
                receive(attempt.event());
            }
        }

        private void receive(PendingEvent<byte[]> event) {
            long newest = newestReceived.getOrDefault(event.account(), 0L);
            assertThat(event.version()).as(name("order of " + event.account())).isGreaterThanOrEqualTo(newest);
            newestReceived.put(event.account(), event.version());
            byte[] before = bodies.putIfAbsent(event.id(), event.payload());
            assertThat(before == null || java.util.Arrays.equals(before, event.payload()))
                    .as(name("bytes of " + event.id()))
                    .isTrue();
            if (accepted.contains(event.id())) {
                assertThat(mayRepeat)
                        .as(name("sent again though it was known to have arrived"))
                        .contains(event.id());
                repeats++;
            }
        }

        private void answer() {
            if (inFlight.isEmpty()) {
                return;
            }
            Attempt<byte[]> attempt = inFlight.remove(random.nextInt(inFlight.size()));
            PendingEvent<byte[]> event = attempt.event();
            inFlightByAccount.remove(event.account());
            boolean arrived = random.nextDouble() >= failureShare;
            boolean answerLost = arrived && random.nextInt(20) == 0;
            if (arrived) {
                accepted.add(event.id());
            }
            if (answerLost) {
                mayRepeat.add(event.id());
            }
            AttemptResult result = arrived && !answerLost
                    ? new AttemptResult.Accepted()
                    : new AttemptResult.Failed(Duration.ofMillis(random.nextInt(200)), random.nextInt(10) == 0);
            toStore.add(lanes.settle(event, result, now));
        }

        private void store() {
            for (Settlement<byte[]> settlement : toStore) {
                PendingEvent<byte[]> event = settlement.event();
                stored.get(event.partition()).put(event.account(), settlement.progress());
                lanes.stored(settlement);
                if (settlement.outcome() == Outcome.DELIVERED) {
                    mayRepeat.remove(event.id());
                }
                if (settlement.outcome() == Outcome.EXPIRED || settlement.outcome() == Outcome.SUPERSEDED) {
                    given.add(event.id());
                    expired += settlement.outcome() == Outcome.EXPIRED ? 1 : 0;
                    superseded += settlement.outcome() == Outcome.SUPERSEDED ? 1 : 0;
                }
            }
            toStore.clear();
            for (int p = 0; p < PARTITIONS; p++) {
                assertThat(lanes.committable(p)).as(name("offset")).isGreaterThanOrEqualTo(committed[p]);
                committed[p] = lanes.committable(p);
            }
        }

        private void crash() {
            crashes++;
            List<String> accounts = new ArrayList<>();
            inFlight.forEach(attempt -> accounts.add(attempt.event().account()));
            toStore.forEach(settlement -> accounts.add(settlement.event().account()));
            assertThat(accounts)
                    .as(name("events of an account that a crash repeats"))
                    .doesNotHaveDuplicates();
            for (Attempt<byte[]> attempt : inFlight) {
                // It may have arrived, whoever had sent it.
                if (random.nextBoolean()) {
                    accepted.add(attempt.event().id());
                }
                mayRepeat.add(attempt.event().id());
            }
            for (Settlement<byte[]> settlement : toStore) {
                mayRepeat.add(settlement.event().id());
            }
            inFlight.clear();
            inFlightByAccount.clear();
            toStore.clear();
            lanes = restarted();
        }

        private EndpointLanes<byte[]> restarted() {
            EndpointLanes<byte[]> fresh = new EndpointLanes<>(policy);
            for (int p = 0; p < PARTITIONS; p++) {
                position[p] = committed[p];
                fresh.assign(p, committed[p], Objects.requireNonNull(stored.get(p)));
            }
            return fresh;
        }

        private String name(String what) {
            return what + ", -Dtollgate.seed=" + seed;
        }
    }
}
