package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.event.DeliveryListener;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Several gates, one account, and a pipeline between them that takes its time: a simulation by a clock of its own. A
 * call that a gate admits is appended {@code publishMillis} later; the topology publishes a snapshot at once when 90 %
 * or 100 % are reached and otherwise every 250 ms; each gate reads it {@code readMillis} later.
 */
class OvershootTest {
    private static final long AMOUNT = 100;
    private static final long WINDOW_MILLIS = 60_000;
    private static final long SNAPSHOT_INTERVAL_MILLIS = 250;
    private static final int OFFER_MILLIS = 20_000;

    private final AtomicLong clock = new AtomicLong(TestingGate.START.toEpochMilli() / WINDOW_MILLIS * WINDOW_MILLIS);

    private record Happening(long atMillis, long order, Runnable what) {}

    /** What each window came to. */
    private final class Simulation {
        final List<Gate> gates = new ArrayList<>();
        final List<Long> totals = new ArrayList<>();
        private final PriorityQueue<Happening> happenings = new PriorityQueue<>((a, b) -> a.atMillis() == b.atMillis()
                ? Long.compare(a.order(), b.order())
                : Long.compare(a.atMillis(), b.atMillis()));
        private final Random random;
        private final long publishMillis;
        private final long readMillis;
        private long order;
        private long version;
        private long used;
        private long windowStart = clock.get();
        private long saidAtMillis;
        private boolean flushPlanned;
        private String account = "acme";
        private boolean told;
        private long nextOffset;

        Simulation(int gateCount, long publishMillis, long readMillis, long seed) {
            this(gateCount, publishMillis, readMillis, seed, 1);
        }

        /** @param fleetSize what the gates are told about how many they are */
        Simulation(int gateCount, long publishMillis, long readMillis, long seed, int fleetSize) {
            this.random = new Random(seed);
            this.publishMillis = publishMillis;
            this.readMillis = readMillis;
            for (int i = 0; i < gateCount; i++) {
                Gate gate = Gate.unfed(
                        GateConfig.from(TestingGate.settings("gate.fleet-size", Integer.toString(fleetSize))),
                        clock::get);
                gate.apply(TestingPlan.perMinute(AMOUNT));
                gates.add(gate);
            }
            callAs(account);
        }

        /** From now on the gates are told of each of their calls where it is in the log, when it is there. */
        Simulation tellingOffsets() {
            told = true;
            return this;
        }

        /** From now on another account calls, which the gates know and have never been asked about. */
        void callAs(String other) {
            account = other;
            used = 0;
            gates.forEach(gate -> gate.apply(stateOf(0, clock.get(), 0)));
        }

        private LimitState stateOf(long itsVersion, long asOf, long itsUsage) {
            return TestingState.at(itsVersion, asOf)
                    .account(account)
                    .window("requests-per-minute", "requests", WindowUnit.MINUTE, AMOUNT, itsUsage)
                    .reaching(0, nextOffset - 1)
                    .build();
        }

        void at(long millis, Runnable what) {
            happenings.add(new Happening(millis, order++, what));
        }

        /**
         * Offers calls at random moments in the first seconds of each window, so many a second on average, to each gate
         * that serves in that window.
         */
        void run(int windows, int perSecond, java.util.function.IntPredicate serves) {
            for (int window = 0; window < windows; window++) {
                long start = clock.get() / WINDOW_MILLIS * WINDOW_MILLIS;
                for (int i = 0; i < gates.size(); i++) {
                    Gate gate = gates.get(i);
                    if (serves.test(window * gates.size() + i)) {
                        for (int call = 0; call < perSecond * OFFER_MILLIS / 1_000; call++) {
                            at(start + random.nextLong(OFFER_MILLIS), () -> offer(gate));
                        }
                    }
                }
                long end = start + WINDOW_MILLIS;
                at(end - 1, () -> {});
                while (!happenings.isEmpty() && happenings.peek().atMillis() < end) {
                    Happening next = happenings.poll();
                    clock.set(Math.max(clock.get(), next.atMillis()));
                    next.what().run();
                }
                totals.add(used);
                clock.set(end);
            }
        }

        private void offer(Gate gate) {
            if (!told) {
                if (gate.check(account, "/v2/notes").allowed()) {
                    at(clock.get() + publishMillis, this::count);
                }
                return;
            }
            Permit permit = gate.begin(Call.of(account, "/v2/notes"));
            if (permit.decision().allowed()) {
                DeliveryListener listener = permit.endPublished(Outcome.SUCCESS);
                at(clock.get() + publishMillis, () -> {
                    listener.acknowledged(0, nextOffset++);
                    count();
                });
            }
        }

        private void count() {
            long now = clock.get();
            if (now >= windowStart + WINDOW_MILLIS) {
                windowStart = now / WINDOW_MILLIS * WINDOW_MILLIS;
                used = 0;
            }
            used++;
            if (used == AMOUNT * 9 / 10 || used == AMOUNT || now >= saidAtMillis + SNAPSHOT_INTERVAL_MILLIS) {
                say(now);
            } else if (!flushPlanned) {
                flushPlanned = true;
                at(saidAtMillis + SNAPSHOT_INTERVAL_MILLIS, () -> {
                    flushPlanned = false;
                    say(now);
                });
            }
        }

        private void say(long asOf) {
            saidAtMillis = clock.get();
            LimitState state = stateOf(++version, Math.max(asOf, windowStart), used);
            gates.forEach(gate -> at(clock.get() + readMillis, () -> gate.apply(state)));
        }
    }

    @Test
    void givenOneGate_whenOverloaded_thenExactlyTheAmountGoesAheadWhateverTheDelay() {
        for (long delay : new long[] {1, 40, 900, 7_000}) {
            Simulation simulation = new Simulation(1, delay, delay, 42);

            simulation.run(10, 200, which -> true);

            assertThat(simulation.totals).as("delay %s ms", delay).containsOnly(AMOUNT);
        }
    }

    @Test
    void givenFourGatesAt200PerSecondEach_whenOverloadedForManyWindows_thenNeverMoreThanACallForEachOtherGateIsOver() {
        for (long seed = 1; seed <= 8; seed++) {
            Simulation simulation = new Simulation(4, 5, 10, seed);

            simulation.run(51, 200, which -> true);

            // In the first window no gate knows that there are others: 800 calls a second for 15 ms, and chance.
            assertThat(simulation.totals.get(0)).as("seed %s", seed).isBetween(AMOUNT, AMOUNT + 30);
            assertThat(simulation.totals.subList(1, 51))
                    .as("seed %s", seed)
                    .allSatisfy(total -> assertThat(total).isBetween(AMOUNT, AMOUNT + 3));
        }
    }

    /** What a gate gives out before it has seen anything is its share. Prints the distributions. */
    @Test
    void givenFourGatesThatAreToldHowManyTheyAre_whenTheyStartAtOnce_thenTheFirstWindowIsAtMostTenOver() {
        for (long[] delays : new long[][] {{5, 10}, {20, 40}}) {
            TreeMap<Long, Integer> first = new TreeMap<>();
            TreeMap<Long, Integer> later = new TreeMap<>();
            for (long seed = 1; seed <= 25; seed++) {
                Simulation simulation = new Simulation(4, delays[0], delays[1], seed, 4);

                simulation.run(4, 200, which -> true);

                first.merge(simulation.totals.get(0) - AMOUNT, 1, Integer::sum);
                simulation.totals.subList(1, 4).forEach(total -> later.merge(total - AMOUNT, 1, Integer::sum));
            }
            System.out.println("publish " + delays[0] + " ms, read " + delays[1] + " ms: calls over in first windows "
                    + first + ", in later ones " + later);
            assertThat(first.firstKey()).isGreaterThanOrEqualTo(0L);
            assertThat(first.lastKey()).isLessThanOrEqualTo(10L);
            assertThat(later.lastKey()).isLessThanOrEqualTo(delays[0] == 5 ? 4L : 9L);
        }
    }

    /** Nothing is configured; the gates are told where their calls are. Prints the distributions. */
    @Test
    void givenFourGatesThatKnowTheirOwnCalls_whenTheyStartAtOnce_thenTheFirstWindowIsAtMostTenOver() {
        for (long[] delays : new long[][] {{5, 10}, {20, 40}}) {
            TreeMap<Long, Integer> first = new TreeMap<>();
            TreeMap<Long, Integer> later = new TreeMap<>();
            for (long seed = 1; seed <= 20; seed++) {
                Simulation simulation = new Simulation(4, delays[0], delays[1], seed).tellingOffsets();

                simulation.run(5, 200, which -> true);

                first.merge(simulation.totals.get(0) - AMOUNT, 1, Integer::sum);
                simulation.totals.subList(1, 5).forEach(total -> later.merge(total - AMOUNT, 1, Integer::sum));
            }
            System.out.println("publish " + delays[0] + " ms, read " + delays[1]
                    + " ms, own calls known: calls over in first windows " + first + ", in later ones " + later);
            assertThat(first.firstKey()).isGreaterThanOrEqualTo(0L);
            assertThat(first.lastKey()).isLessThanOrEqualTo(10L);
            assertThat(later.firstKey()).isGreaterThanOrEqualTo(0L);
            assertThat(later.lastKey()).isLessThanOrEqualTo(delays[0] == 5 ? 4L : 6L);
        }
    }

    @Test
    void givenOneGateThatKnowsItsOwnCalls_whenOverloaded_thenExactlyTheAmountGoesAheadWhateverTheDelay() {
        for (long delay : new long[] {1, 40, 900, 7_000}) {
            Simulation simulation = new Simulation(1, delay, delay, 42).tellingOffsets();

            simulation.run(6, 200, which -> true);

            assertThat(simulation.totals).as("delay %s ms", delay).containsOnly(AMOUNT);
        }
    }

    @Test
    void givenFourGatesAndASlowPipeline_whenOverloadedForManyWindows_thenFewCallsAreOver() {
        for (long seed = 1; seed <= 4; seed++) {
            Simulation simulation = new Simulation(4, 20, 40, seed);

            simulation.run(51, 200, which -> true);

            assertThat(simulation.totals.subList(1, 51))
                    .as("seed %s", seed)
                    .allSatisfy(total -> assertThat(total).isBetween(AMOUNT, AMOUNT + 9));
        }
    }

    @Test
    void givenGatesThatKnowOfEachOther_whenAnAccountCallsForTheFirstTime_thenItsFirstWindowIsLikeAnyOther() {
        for (long seed = 1; seed <= 8; seed++) {
            Simulation simulation = new Simulation(4, 5, 10, seed);
            simulation.run(3, 200, which -> true);
            simulation.totals.clear();
            for (int i = 0; i < 20; i++) {
                simulation.callAs("new-" + i);
                simulation.run(1, 200, which -> true);
            }

            assertThat(simulation.totals)
                    .as("seed %s", seed)
                    .allSatisfy(total -> assertThat(total).isBetween(AMOUNT, AMOUNT + 3));
        }
    }

    @Test
    void givenAccountsThatStayWithOneGate_whenAnotherOneComes_thenItGetsTheWholeAmountAtOnce() {
        Simulation simulation = new Simulation(4, 20, 40, 47);

        for (int i = 0; i < 8; i++) {
            int itsGate = i % 4;
            simulation.callAs("sticky-" + i);
            simulation.run(1, 2_000, which -> which == itsGate);
        }

        // 100 calls in 50 ms, before the first snapshot.
        assertThat(simulation.totals).containsOnly(AMOUNT);
    }

    @Test
    void givenGatesThatComeAndGo_whenOneServesAlone_thenItGetsTheWholeAmount() {
        Simulation simulation = new Simulation(4, 5, 10, 44);

        simulation.run(20, 50, which -> which / 4 % 2 == 0 || which % 4 == 0);

        assertThat(simulation.totals).allSatisfy(total -> assertThat(total).isGreaterThanOrEqualTo(AMOUNT));
    }

    @Test
    void givenFewCallsByManyGates_whenNotOverloaded_thenNoneIsDenied() {
        Simulation simulation = new Simulation(4, 5, 10, 46);
        clock.addAndGet(0);

        for (int window = 0; window < 20; window++) {
            long start = clock.get();
            long deniedBefore = denied(simulation);
            for (int call = 0; call < 90; call++) {
                Gate gate = simulation.gates.get(call % 4);
                simulation.at(start + 100 + call * 600L, () -> simulation.offer(gate));
            }
            simulation.run(1, 0, which -> true);

            assertThat(denied(simulation)).isEqualTo(deniedBefore);
            assertThat(simulation.totals.get(window)).isEqualTo(90);
        }
    }

    private static long denied(Simulation simulation) {
        return simulation.gates.stream()
                .mapToLong(gate -> gate.metrics().deniedBecause(Reason.RATE_LIMITED))
                .sum();
    }
}
