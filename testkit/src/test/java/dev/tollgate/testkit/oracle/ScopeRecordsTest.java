package dev.tollgate.testkit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.OraclePlan.Limit;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import dev.tollgate.testkit.oracle.OraclePlan.Price;
import dev.tollgate.testkit.oracle.OraclePlan.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * Buckets of projects and API keys in records of their own: what they cost, and that nobody can tell where they were.
 */
class ScopeRecordsTest {
    private static final long START = 1_772_323_200_000L;

    /**
     * One state is kept in memory; another is written down and read back at random points, as a whole or its scope
     * records alone, as a cache that is too small does it. Both have to emit the same in the same order, and to be the
     * same.
     */
    @Test
    void givenRandomHistories_whenRecordsAreReadBackAtAnyPoint_thenTheOutputsAreTheSame() {
        Seeds.forAll(random -> {
            EngineSettings settings = new EngineSettings(60_000, 86_400_000, null, 1 + random.nextInt(3));
            List<OraclePlan> plans = new ArrayList<>();
            plans.add(RandomPlans.plan(random, "plan-0", false));
            plans.add(RandomPlans.variant(random, plans.getFirst(), "plan-1"));
            plans.add(RandomPlans.variant(random, plans.getFirst(), "plan-2"));
            Plans catalog = Plans.of(plans.stream().map(EnginePlans::planOf).toList());
            Subject kept = new Subject(settings, catalog);
            Stored reread = new Stored(settings, catalog);
            for (OracleFact fact : RandomPlans.facts(random, "acme", plans, 20 + random.nextInt(60))) {
                Input input = kept.inputOf(fact);
                kept.apply(input);
                reread.apply(input);
                if (random.nextInt(3) == 0) {
                    Tick tick = new Tick(kept.appendedAt + random.nextInt(120_000));
                    kept.apply(tick);
                    reread.apply(tick);
                }
                assertThat(reread.said).as("after %s", fact).isEqualTo(kept.said);
                assertThat(AccountingEngine.nextDeadline(reread.state))
                        .as("deadline after %s", fact)
                        .isEqualTo(AccountingEngine.nextDeadline(kept.state));
                assertThat(reread.state).as("state after %s", fact).isEqualTo(kept.state);
                assertThat(reread.state.encodeCore())
                        .as("account record after %s", fact)
                        .isEqualTo(kept.state.encodeCore());
                switch (random.nextInt(3)) {
                    case 0 -> reread.readBack();
                    case 1 -> reread.scopes.forget();
                    default -> {}
                }
            }
        });
    }

    @Test
    void givenTenThousandKeys_whenEachCallsInTurn_thenAnEventReadsAndWritesNoMoreThanWithOne() {
        Stored one = onPlanWithLimits();
        Stored many = onPlanWithLimits();
        calls(one, 10_000, 0, i -> "key");
        calls(many, 10_000, 0, i -> "key-" + i);
        assertThat(many.scopes.size()).isEqualTo(10_000);
        int core = many.state.encodeCore().length;

        one.scopes.writtenBytes = 0;
        many.scopes.writtenBytes = 0;
        many.scopes.writes = 0;
        many.mostReads = 0;
        many.forgetful = true;
        calls(one, 10_000, 10_000, i -> "key");
        calls(many, 10_000, 10_000, i -> "key-" + i % 10_000);

        assertThat(many.mostReads).as("records that one event has read").isEqualTo(1);
        assertThat(many.scopes.writes).isLessThanOrEqualTo(2 * 10_000);
        assertThat(many.scopes.writtenBytes).isLessThan(2 * one.scopes.writtenBytes);
        assertThat(many.state.encodeCore().length).isLessThanOrEqualTo(core + 16);
        assertThat(core).isLessThanOrEqualTo(one.state.encodeCore().length + 16);
    }

    @Test
    void givenANewKeyWithEachEvent_whenWindowsClose_thenNoRecordOrTimerIsLeftBehind() {
        Stored account = onPlanWithLimits();
        account.forgetful = true;
        int most = 0;
        for (int i = 0; i < 100_000; i++) {
            account.call("e" + i, START + i * 100L, "key-" + i);
            most = Math.max(most, account.scopes.size());
        }

        // Windows of a minute with a minute of grace, and buckets that drain within a minute and are kept for another.
        assertThat(most).isBetween(600, 1_400);
        assertThat(account.scopes.timers()).isLessThanOrEqualTo(2 * account.scopes.size());
        account.call("last", START + 86_400_000L, "key-of-the-last");
        assertThat(account.scopes.size()).isEqualTo(1);
        assertThat(account.closed).isEqualTo(100_000);
    }

    @Test
    void givenAChangeThatConcernsAllKeys_whenItIsApplied_thenEachIsReadOnceForALimitAndNoneIsKept() {
        Stored account = onPlanWithLimits();
        calls(account, 5_000, 0, i -> "key-" + i);
        account.scopes.forget();
        account.scopes.reads = 0;

        account.apply(new AccountInput(
                "c2",
                "acme",
                START + 5_000,
                START + 5_000,
                null,
                null,
                new AccountChange.OverrideSet("per-minute", dev.tollgate.planmodel.Amount.of(1)),
                new Position("account-events", 0, 7)));

        assertThat(account.raised).isEqualTo(5_000);
        assertThat(account.scopes.reads).isEqualTo(5_000);
    }

    private static Stored onPlanWithLimits() {
        OraclePlan plan = new OraclePlan(
                "plan",
                1,
                List.of(new Meter("requests", new Price(1, 0, 1), List.of())),
                List.of(limit("drains", Kind.LEAKY_BUCKET, ""), limit("per-minute", Kind.FIXED_WINDOW, "MINUTE")),
                List.of(),
                Set.of("SUCCESS"));
        Stored account =
                new Stored(new EngineSettings(60_000, 86_400_000, null, 10_000), Plans.of(EnginePlans.planOf(plan)));
        account.apply(new AccountInput(
                "c1",
                "acme",
                0,
                START,
                null,
                null,
                new AccountChange.PlanAssigned("plan", AccountChange.Carry.KEEP),
                new Position("account-events", 0, 0)));
        return account;
    }

    private static Limit limit(String id, Kind kind, String window) {
        return new Limit(id, "requests", 1_000L, kind, window, 60_000, Scope.API_KEY, List.of(9_000), 60_000);
    }

    private static void calls(Stored account, int count, int from, IntFunction<String> key) {
        for (int i = from; i < from + count; i++) {
            account.call("e" + i, START + i, key.apply(i));
        }
    }

    /** An account in memory, with what it has emitted. */
    private static class Subject implements Outputs {
        private final AccountingEngine engine;
        private final Plans plans;
        private final InMemoryEventIndex index = new InMemoryEventIndex();
        final List<Object> said = new ArrayList<>();
        AccountState state = AccountState.empty("acme");
        long appendedAt;
        int closed;
        int raised;

        Subject(EngineSettings settings, Plans plans) {
            this.engine = new AccountingEngine(settings);
            this.plans = plans;
        }

        Input inputOf(OracleFact fact) {
            return switch (fact) {
                case OracleFact.Called called -> {
                    appendedAt = called.event().appendedAtMillis();
                    yield EnginePlans.inputOf(called.event(), 0);
                }
                case OracleFact.Changed changed -> {
                    appendedAt = changed.appendedAt();
                    yield EnginePlans.inputOf(changed);
                }
                case OracleFact.Corrected corrected -> EnginePlans.inputOf(corrected, appendedAt);
            };
        }

        void apply(Input input) {
            said.clear();
            engine.apply(state, input, plans, index, this);
        }

        @Override
        public void journal(JournalEntry entry) {
            said.add(entry);
        }

        @Override
        public void total(UsageTotal total) {
            said.add(total);
            closed++;
        }

        @Override
        public void limitEvent(LimitEvent event) {
            said.add(event);
            raised += event.kind() == LimitEvent.Kind.HARD_LIMIT_REACHED ? 1 : 0;
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            said.add(reason + detail);
        }
    }

    /** An account whose scope records are stored. */
    private static final class Stored extends Subject {
        private final EncodedScopeBuckets scopes = new EncodedScopeBuckets();
        private boolean forgetful;
        private int mostReads;

        Stored(EngineSettings settings, Plans plans) {
            super(settings, plans);
            state = AccountState.empty("acme", scopes);
        }

        void call(String id, long at, String key) {
            if (forgetful) {
                scopes.forget();
            }
            int before = scopes.reads;
            apply(new RequestInput(
                    id,
                    "acme",
                    null,
                    key,
                    "/x",
                    at,
                    Phase.COMPLETED,
                    Outcome.SUCCESS,
                    null,
                    null,
                    null,
                    at,
                    new Position("request-events", 0, 1)));
            mostReads = Math.max(mostReads, scopes.reads - before);
        }

        void readBack() {
            scopes.forget();
            state = AccountState.decodeCore(state.encodeCore(), scopes);
        }
    }
}
