package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.event.DeliveryListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Own calls of which a publisher tells where they are in the log. */
class PublishedCallsTest {
    private static final String ORDINARY = "/v2/notes";
    private static final String LARGE = "/v2/mem-it";
    private static final int LARGE_COST = 3;
    private static final long MINUTE = 60_000;
    private static final int PARTITION = 7;

    private final AtomicLong clock = new AtomicLong(TestingGate.START.toEpochMilli());

    private Gate gate(long amount) {
        Gate gate = Gate.unfed(GateConfig.from(TestingGate.settings()), clock::get);
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1, LARGE, LARGE_COST)
                .limit("requests-per-minute", "requests", amount, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .build());
        return gate;
    }

    private LimitState snapshot(long version, long amount, long at, long used, long offset) {
        return TestingState.at(version, at)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, amount, used)
                .reaching(PARTITION, offset)
                .build();
    }

    private static DeliveryListener serve(Gate gate) {
        Permit permit = gate.begin(Call.of("acme", ORDINARY));
        assertThat(permit.decision().allowed()).isTrue();
        return permit.endPublished(Outcome.SUCCESS);
    }

    private static long remaining(Gate gate) {
        Permit probe = gate.begin(Call.of("acme", ORDINARY));
        probe.end(Outcome.INVALID);
        return Long.parseLong(String.valueOf(probe.decision().headers().get("X-RateLimit-Remaining")));
    }

    @Test
    void givenGrowthByOthersOnly_whenOwnCallsAreBeyondTheSnapshot_thenBothCountInFull() {
        Gate gate = gate(100);
        gate.apply(snapshot(1, 100, clock.get(), 0, -1));
        for (int i = 0; i < 10; i++) {
            serve(gate).acknowledged(PARTITION, 100 + i);
        }

        // The estimate would take the 10 for this gate's own.
        gate.apply(snapshot(2, 100, clock.get(), 10, 99));
        assertThat(remaining(gate)).isEqualTo(80);
        gate.apply(snapshot(3, 100, clock.get(), 14, 103));
        assertThat(remaining(gate)).isEqualTo(80);
        gate.apply(snapshot(4, 100, clock.get(), 25, 150));
        assertThat(remaining(gate)).isEqualTo(75);
    }

    @Test
    void givenAnAcknowledgementAfterTheSnapshot_whenItComes_thenTheCallCountsOnceFromThen() {
        Gate gate = gate(100);
        gate.apply(snapshot(1, 100, clock.get(), 0, -1));
        DeliveryListener late = serve(gate);
        gate.apply(snapshot(2, 100, clock.get(), 1, 5));
        // Once in the snapshot, once as one that no snapshot is known to contain.
        assertThat(remaining(gate)).isEqualTo(98);

        late.acknowledged(PARTITION, 5);
        late.acknowledged(PARTITION, 5);
        late.dropped();

        assertThat(remaining(gate)).isEqualTo(99);
    }

    @Test
    void givenAnEventThatIsGivenUp_whenTold_thenItsCallIsGivenBackAndOneThatNobodyTellsOfIsEstimated() {
        Gate gate = gate(100);
        gate.apply(snapshot(1, 100, clock.get(), 0, -1));
        DeliveryListener dropped = serve(gate);
        DeliveryListener spooled = serve(gate);
        DeliveryListener elsewhere = serve(gate);
        dropped.dropped();
        assertThat(remaining(gate)).isEqualTo(98);

        spooled.unknown();
        elsewhere.acknowledged(PARTITION + 1, 3);
        gate.apply(snapshot(2, 100, clock.get(), 2, 1));

        assertThat(remaining(gate)).isEqualTo(98);
    }

    @Test
    void givenMoreCallsThanAreKept_whenSnapshotsReachThem_thenNoneIsForgottenAndTheMergedAreCounted() {
        Gate gate = gate(10_000);
        gate.apply(snapshot(1, 10_000, clock.get(), 0, -1));
        for (int i = 0; i < 3_000; i++) {
            serve(gate).acknowledged(PARTITION, i);
        }
        assertThat(gate.metrics().mergedCalls()).isEqualTo(3_000 - 1_024);

        gate.apply(snapshot(2, 10_000, clock.get(), 500, 499));
        assertThat(remaining(gate)).isEqualTo(7_000);
        // Those that were put together count until the last of them is there.
        gate.apply(snapshot(3, 10_000, clock.get(), 2_999, 2_998));
        assertThat(remaining(gate)).isEqualTo(7_001 - (3_000 - 1_023));
        gate.apply(snapshot(4, 10_000, clock.get(), 3_000, 2_999));
        assertThat(remaining(gate)).isEqualTo(7_000);
    }

    @Test
    void givenALeakyBucket_whenOthersCallToo_thenItsLevelIsTheSnapshotsAndTheCallsBeyondIt() {
        Gate gate = Gate.unfed(GateConfig.from(TestingGate.settings()), clock::get);
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", 100L, Algorithm.LEAKY_BUCKET, WindowUnit.MINUTE)
                .build());
        gate.apply(leaky(1, 0, -1));
        DeliveryListener late = serve(gate);
        for (int i = 0; i < 19; i++) {
            serve(gate).acknowledged(PARTITION, 100 + i);
        }
        assertThat(remaining(gate)).isEqualTo(80);

        gate.apply(leaky(2, 30, 104));
        // 30 are known, 14 acknowledged beyond it, and one not acknowledged.
        assertThat(remaining(gate)).isEqualTo(55);
        late.acknowledged(PARTITION, 99);
        assertThat(remaining(gate)).isEqualTo(56);
        gate.apply(leaky(3, 44, 118));
        assertThat(remaining(gate)).isEqualTo(56);
        serve(gate).dropped();
        assertThat(remaining(gate)).isEqualTo(56);
    }

    private LimitState leaky(long version, long level, long offset) {
        return TestingState.at(version, clock.get())
                .level("requests-per-minute", "requests", Algorithm.LEAKY_BUCKET, 100, level, 60_000L, null)
                .reaching(PARTITION, offset)
                .build();
    }

    @Test
    void givenASlidingWindow_whenOthersCallToo_thenUsageIsTheSnapshotsAndTheCallsBeyondIt() {
        Gate gate = Gate.unfed(GateConfig.from(TestingGate.settings()), clock::get);
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", 100L, Algorithm.SLIDING_WINDOW, WindowUnit.MINUTE)
                .build());
        gate.apply(sliding(1, 0, -1));
        for (int i = 0; i < 20; i++) {
            serve(gate).acknowledged(PARTITION, 100 + i);
        }

        gate.apply(sliding(2, 30, 104));

        assertThat(remaining(gate)).isEqualTo(55);
    }

    private LimitState sliding(long version, long used, long offset) {
        return TestingState.at(version, clock.get())
                .level("requests-per-minute", "requests", Algorithm.SLIDING_WINDOW, 100, used, 60_000L, null)
                .reaching(PARTITION, offset)
                .build();
    }

    /** A new version of the plan counts by the hour instead of the minute, by another amount. */
    @Test
    void givenAPlanWhoseRuleChanges_whenOwnCallsAreOpen_thenTheyStillCountAndAreSettledLater() {
        for (Algorithm algorithm : List.of(Algorithm.FIXED_WINDOW, Algorithm.LEAKY_BUCKET, Algorithm.SLIDING_WINDOW)) {
            Gate gate = Gate.unfed(GateConfig.from(TestingGate.settings()), clock::get);
            Plan first = TestingPlan.named("mem")
                    .meter("requests", 1)
                    .limit("calls", "requests", 60L, algorithm, WindowUnit.MINUTE)
                    .build();
            gate.apply(first);
            gate.apply(TestingState.at(1, clock.get()).reaching(PARTITION, -1).build());
            Permit inFlight = gate.begin(Call.of("acme", ORDINARY));
            DeliveryListener published = serve(gate);
            DeliveryListener dropped = serve(gate);
            for (int i = 0; i < 5; i++) {
                assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
            }
            assertThat(remaining(gate)).as("%s", algorithm).isEqualTo(52);

            gate.apply(TestingPlan.named("mem")
                    .version(2, java.time.Instant.ofEpochMilli(clock.get()))
                    .meter("requests", 1)
                    .limit("calls", "requests", 30L, algorithm, WindowUnit.HOUR)
                    .with(first.getVersions()));

            assertThat(remaining(gate)).as("%s", algorithm).isEqualTo(22);
            dropped.dropped();
            assertThat(remaining(gate)).as("%s", algorithm).isEqualTo(23);
            inFlight.end(Outcome.INVALID);
            assertThat(remaining(gate)).as("%s", algorithm).isEqualTo(24);
            published.acknowledged(PARTITION, 0);
            assertThat(remaining(gate)).as("%s", algorithm).isEqualTo(24);
        }
    }

    /** What the world knows of one call; the model beside the gate is made of these alone. */
    private static final class Served {
        final int gate;
        final int cost;

        @Nullable
        Permit permit;

        @Nullable
        DeliveryListener delivery;

        long endedAt = -1;
        long offset = -1;
        boolean told;
        boolean dropped;

        Served(int gate, int cost, Permit permit) {
            this.gate = gate;
            this.cost = cost;
            this.permit = permit;
        }
    }

    /** A snapshot on its way: what it says, and how much of the log it contains. */
    private record Published(LimitState state, long window, long used, long offset) {}

    /**
     * Random calls, acknowledgements, losses and snapshots in any order that can happen. At each step each gate's usage
     * is exactly that of its newest snapshot and of its own calls that are not known to be in it. A gate alone whose
     * calls are acknowledged before snapshots have them denies if and only if there is no room. What goes ahead over
     * the amount is never more than what some gate could not know of the others when it let a call through.
     */
    @Test
    void givenAnyInterleaving_whenEverythingIsTold_thenUsageIsExactAndOnlyWhatOthersDidUnseenIsOver() {
        long seed = Long.getLong("tollgate.seed", 1);
        int histories = Integer.getInteger("tollgate.histories", 300);
        for (int history = 0; history < histories; history++) {
            new History(seed + history).run();
        }
    }

    private final class History {
        final long seed;
        final Random random;
        final long amount;
        final boolean inOrder;
        final List<Gate> gates = new ArrayList<>();
        final List<Served> calls = new ArrayList<>();
        final List<Served> log = new ArrayList<>();
        final List<Published> published = new ArrayList<>();
        final int[] readUpTo;
        long version = 1;
        long mostUnseen;

        History(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.amount = 5L + random.nextInt(40);
            this.inOrder = random.nextBoolean();
            int count = 1 + random.nextInt(4);
            this.readUpTo = new int[count];
            clock.set(TestingGate.START.toEpochMilli() / MINUTE * MINUTE);
            for (int i = 0; i < count; i++) {
                Gate gate = gate(amount);
                gate.apply(snapshot(version, amount, clock.get(), 0, -1));
                gates.add(gate);
            }
        }

        void run() {
            for (int step = 0; step < 400; step++) {
                clock.addAndGet(random.nextInt(100) == 0 ? random.nextInt(90_000) : random.nextInt(40));
                switch (random.nextInt(7)) {
                    case 0, 1 -> begin(random.nextInt(gates.size()));
                    case 2 -> end(any(call -> call.permit != null));
                    case 3 -> append(any(call -> call.delivery != null && call.offset < 0 && !call.dropped));
                    case 4 -> acknowledge(any(call -> call.offset >= 0 && !call.told));
                    case 5 -> publish();
                    default -> read(random.nextInt(gates.size()));
                }
                for (int i = 0; i < gates.size(); i++) {
                    assertThat(remaining(gates.get(i)))
                            .as("seed %s step %s gate %s", seed, step, i)
                            .isEqualTo(Math.max(0, amount - usageKnownTo(i)));
                }
            }
            calls.stream()
                    .filter(call -> call.endedAt >= 0)
                    .map(call -> call.endedAt / MINUTE)
                    .distinct()
                    .forEach(window ->
                            assertThat(endedIn(window)).as("seed %s", seed).isLessThanOrEqualTo(amount + mostUnseen));
        }

        private @Nullable Served any(java.util.function.Predicate<Served> which) {
            List<Served> found = calls.stream().filter(which).toList();
            return found.isEmpty() ? null : found.get(random.nextInt(found.size()));
        }

        private void begin(int which) {
            int cost = random.nextInt(4) == 0 ? LARGE_COST : 1;
            long known = usageKnownTo(which);
            Permit permit = gates.get(which).begin(Call.of("acme", cost == 1 ? ORDINARY : LARGE));
            boolean allowed = permit.decision().allowed();
            if (allowed) {
                assertThat(known + cost).as("seed %s", seed).isLessThanOrEqualTo(amount);
                mostUnseen = Math.max(mostUnseen, usageInTruth() - known);
                calls.add(new Served(which, cost, permit));
            } else if (gates.size() == 1 && inOrder) {
                assertThat(known + cost).as("seed %s", seed).isGreaterThan(amount);
            }
        }

        private void end(@Nullable Served call) {
            if (call == null || call.permit == null) {
                return;
            }
            if (random.nextInt(6) == 0) {
                DeliveryListener nothing = call.permit.endPublished(Outcome.INVALID);
                assertThat(nothing).isSameAs(DeliveryListener.NONE);
                calls.remove(call);
                return;
            }
            call.delivery = call.permit.endPublished(Outcome.SUCCESS);
            call.permit = null;
            call.endedAt = clock.get();
        }

        private void append(@Nullable Served call) {
            if (call == null || call.delivery == null) {
                return;
            }
            if (random.nextInt(10) == 0) {
                call.dropped = true;
                call.told = true;
                call.delivery.dropped();
                return;
            }
            call.offset = log.size();
            log.add(call);
            if (inOrder) {
                acknowledge(call);
            }
        }

        private void acknowledge(@Nullable Served call) {
            if (call != null && call.delivery != null) {
                call.told = true;
                call.delivery.acknowledged(PARTITION, call.offset);
                call.delivery.acknowledged(PARTITION, call.offset);
            }
        }

        private void publish() {
            if (log.isEmpty()) {
                return;
            }
            long before = published.isEmpty()
                    ? -1
                    : published.get(published.size() - 1).offset();
            long offset = before + random.nextInt((int) (log.size() - before));
            if (offset < 0) {
                return;
            }
            long at = 0;
            for (int i = 0; i <= offset; i++) {
                at = Math.max(at, log.get(i).endedAt);
            }
            long used = 0;
            for (int i = 0; i <= offset; i++) {
                used += log.get(i).endedAt / MINUTE == at / MINUTE ? log.get(i).cost : 0;
            }
            published.add(new Published(snapshot(++version, amount, at, used, offset), at / MINUTE, used, offset));
        }

        private void read(int which) {
            if (readUpTo[which] < published.size()) {
                gates.get(which).apply(published.get(readUpTo[which]++).state());
            }
        }

        private long window() {
            return clock.get() / MINUTE;
        }

        /**
         * The newest snapshot's usage, and own calls: in flight, and ended in this window and not known to be in it.
         */
        private long usageKnownTo(int which) {
            Published newest = readUpTo[which] == 0
                    ? new Published(snapshot(0, amount, 0, 0, -1), -1, 0, -1)
                    : published.get(readUpTo[which] - 1);
            boolean current = newest.window() == window();
            long usage = current ? newest.used() : 0;
            for (Served call : calls) {
                boolean inIt = current && call.told && call.offset <= newest.offset();
                boolean counts = call.permit != null || (call.endedAt / MINUTE == window() && !inIt);
                usage += call.gate == which && counts && !call.dropped ? call.cost : 0;
            }
            return usage;
        }

        private long usageInTruth() {
            return endedIn(window())
                    + calls.stream()
                            .filter(call -> call.permit != null)
                            .mapToLong(call -> call.cost)
                            .sum();
        }

        private long endedIn(long window) {
            return calls.stream()
                    .filter(call -> call.permit == null && !call.dropped && call.endedAt / MINUTE == window)
                    .mapToLong(call -> call.cost)
                    .sum();
        }
    }
}
