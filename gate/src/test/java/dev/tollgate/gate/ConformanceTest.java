package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountSnapshot;
import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.plan.PlanTranslator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plans, costs and windows are the same code in both. How usage is counted is not: the gate's counters are lock-free
 * and know no past, the engine's buckets know all of it. Here a gate that is alone decides on random calls, and the
 * engine counts those that it admits.
 */
class ConformanceTest {
    private static final long SEED = Long.getLong("tollgate.seed", 20_260_310L);
    private static final int HISTORIES = 60;
    private static final int CALLS = 400;
    private static final String ENDPOINT = "POST /v2/mem-it";

    private final Outputs ignored = new Outputs() {
        @Override
        public void journal(JournalEntry entry) {}

        @Override
        public void total(UsageTotal total) {}

        @Override
        public void limitEvent(LimitEvent event) {}

        @Override
        public void rejected(RejectionReason reason, String detail) {
            throw new AssertionError(reason + ": " + detail);
        }
    };

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN")
    void givenRandomCalls_whenAGateAdmitsThem_thenTheEngineNeverCountsMoreThanTheLimit(Algorithm algorithm) {
        int admitted = 0;
        int denied = 0;
        for (int i = 0; i < HISTORIES; i++) {
            History history = new History(algorithm, SEED + i);
            history.play();
            admitted += history.admitted;
            denied += history.denied;
        }
        assertThat(admitted).isGreaterThan(HISTORIES * 20);
        assertThat(denied).isGreaterThan(HISTORIES * 20);
    }

    /** One account with one limit; the gate hears nothing but its own calls. */
    private final class History {
        private final Algorithm algorithm;
        private final String name;
        private final Random random;
        private final long amount;
        private final TestingGate testing = new TestingGate("gate.default-plan", "random");
        private final AccountingEngine engine =
                new AccountingEngine(new EngineSettings(60_000L, 86_400_000L, "random", 10_000));
        private final AccountState state = AccountState.empty("acme");
        private final EventIndex index = new InMemoryEventIndex();
        private final Plans plans;
        private final List<Open> open = new ArrayList<>();
        private long offset;
        private int admitted;
        private int denied;

        private record Open(Permit permit, String eventId) {}

        History(Algorithm algorithm, long seed) {
            this.algorithm = algorithm;
            this.name = algorithm + ", seed " + seed;
            this.random = new Random(seed);
            this.amount = random.nextInt(30);
            // A sliding window is kept in 60 parts of whole milliseconds.
            boolean second = random.nextBoolean() && algorithm != Algorithm.SLIDING_WINDOW;
            Plan plan = TestingPlan.named("random")
                    .meterPerUnit("m", ENDPOINT, random.nextInt(3), random.nextInt(3), 1 + random.nextInt(4))
                    .limit("l", "m", amount, algorithm, second ? WindowUnit.SECOND : WindowUnit.MINUTE)
                    .build();
            testing.gate.apply(plan);
            plans = Plans.of(PlanTranslator.versions(plan));
        }

        void play() {
            for (int i = 0; i < CALLS; i++) {
                testing.passMillis(random.nextInt(4) == 0 ? random.nextInt(20_000) : random.nextInt(300));
                if (!open.isEmpty() && random.nextBoolean()) {
                    end(open.remove(random.nextInt(open.size())));
                } else {
                    call(random.nextInt(8));
                }
                assertThat(used()).as(name).isLessThanOrEqualTo(amount);
            }
        }

        private void call(long units) {
            Permit permit = testing.gate.begin(Call.of("acme", ENDPOINT).withUnits(units));
            if (!permit.decision().allowed()) {
                denied++;
                return;
            }
            admitted++;
            String eventId = "e" + offset;
            if (algorithm == Algorithm.CONCURRENCY) {
                count(eventId, Phase.STARTED, units);
                open.add(new Open(permit, eventId));
            } else {
                permit.end(Outcome.SUCCESS);
                count(eventId, Phase.COMPLETED, units);
            }
        }

        private void end(Open call) {
            call.permit().end(Outcome.SUCCESS);
            count(call.eventId(), Phase.COMPLETED, 0);
        }

        private void count(String eventId, Phase phase, long units) {
            engine.apply(
                    state,
                    new RequestInput(
                            eventId,
                            "acme",
                            null,
                            null,
                            ENDPOINT,
                            testing.now(),
                            phase,
                            dev.tollgate.planmodel.Outcome.SUCCESS,
                            units,
                            null,
                            null,
                            testing.now(),
                            new Position("request-events", 0, offset++)),
                    plans,
                    index,
                    ignored);
        }

        private long used() {
            return engine.snapshot(state, plans, testing.now()).buckets().stream()
                    .mapToLong(AccountSnapshot.Bucket::used)
                    .max()
                    .orElse(0);
        }
    }
}
