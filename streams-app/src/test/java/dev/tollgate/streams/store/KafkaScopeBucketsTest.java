package dev.tollgate.streams.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.engine.scope.ScopeBuckets.Timer;
import dev.tollgate.engine.scope.ScopeBuckets.TimerKind;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class KafkaScopeBucketsTest {
    private static final long NOON = 1_772_452_800_000L;

    private final AtomicInteger ranges = new AtomicInteger();
    private final KeyValueStore<Bytes, byte[]> store =
            TestingStores.counting(TestingStores.store("scopes", TestingStores.context()), "range", ranges);
    private final ScopeCache cache = new ScopeCache(20_000);

    @Test
    void givenTimersThatComeAndGo_whenAskedForTheEarliest_thenItIsTheEarliestOfAll() {
        SplittableRandom random = new SplittableRandom(1);
        TreeSet<Timer> model = new TreeSet<>();
        // A neighbour, whose timers must not be seen.
        buckets("acm", true).addTimer(TimerKind.WALL_CLOCK, new Timer(1, Scope.PROJECT, "x"));
        buckets("acme", true).addTimer(TimerKind.STREAM_TIME, new Timer(1, Scope.PROJECT, "x"));
        KafkaScopeBuckets buckets = buckets("acme", false);
        for (int i = 0; i < 20_000; i++) {
            boolean growing = i / 2_000 % 2 == 0;
            if (model.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
                Timer timer = new Timer(
                        random.nextInt(1_000),
                        random.nextBoolean() ? Scope.PROJECT : Scope.API_KEY,
                        "key-" + random.nextInt(40));
                model.add(timer);
                buckets.addTimer(TimerKind.WALL_CLOCK, timer);
            } else {
                Timer timer = random.nextBoolean() ? model.first() : model.ceiling(some(random, model));
                model.remove(timer);
                buckets.removeTimer(TimerKind.WALL_CLOCK, timer);
            }
            if (random.nextInt(3) == 0) {
                assertThat(buckets.firstTimer(TimerKind.WALL_CLOCK)).isEqualTo(model.isEmpty() ? null : model.first());
            }
            if (random.nextInt(50) == 0) {
                Timer after = random.nextBoolean() || model.isEmpty() ? null : some(random, model);
                long upTo = random.nextInt(1_100);
                int most = 1 + random.nextInt(20);
                assertThat(buckets.timers(TimerKind.WALL_CLOCK, after, upTo, most))
                        .isEqualTo((after == null ? model : model.tailSet(after, false))
                                .stream()
                                        .filter(timer -> timer.atMillis() <= upTo)
                                        .limit(most)
                                        .toList());
            }
            if (random.nextInt(500) == 0) {
                buckets = buckets("acme", false);
            }
        }
    }

    @Test
    void givenFewTimers_whenTheFirstMovesWithEachEvent_thenNoRangeIsRead() {
        KafkaScopeBuckets buckets = buckets("acme", true);
        for (int i = 0; i < 1_000; i++) {
            buckets.addTimer(TimerKind.WALL_CLOCK, new Timer(i + 1, Scope.API_KEY, "k"));
            buckets.removeTimer(TimerKind.WALL_CLOCK, new Timer(i, Scope.API_KEY, "k"));
            assertThat(buckets.firstTimer(TimerKind.WALL_CLOCK)).isEqualTo(new Timer(i + 1, Scope.API_KEY, "k"));
        }
        assertThat(ranges).hasValue(0);
    }

    @Test
    void givenKeysOfAnyKind_whenTheCacheHoldsFewOfThem_thenTheAccountIsAsInMemory() {
        Limit byKey = limit("by-key", Scope.API_KEY);
        Limit byProject = limit("by-project", Scope.PROJECT);
        Plans plans = Plans.of(new PlanVersion(
                "plan",
                1,
                0,
                0,
                "Test plan",
                List.of(new Meter("requests", "request", new CostTable(new Cost(1, 0, 1), List.of()))),
                List.of(byKey, byProject),
                List.of(),
                Set.of(Outcome.SUCCESS)));
        AccountingEngine engine = new AccountingEngine(new EngineSettings(60_000, 86_400_000, "plan", 10_000));
        KafkaScopeBuckets buckets = buckets("acme", true);
        AccountState stored = AccountState.empty("acme", buckets);
        AccountState kept = AccountState.empty("acme");
        InMemoryEventIndex storedIndex = new InMemoryEventIndex();
        InMemoryEventIndex keptIndex = new InMemoryEventIndex();
        List<String> odd = List.of("", "*", "é", "\uFFFD", "\uD83D\uDE00", "a\0b", "\u0001", "zz");
        for (int i = 0; i < 2_000; i++) {
            String key = i % 3 == 0 ? odd.get(i / 3 % odd.size()) : "key-" + i % 700;
            RequestInput request = new RequestInput(
                    "e" + i,
                    "acme",
                    odd.get(i % odd.size()),
                    key,
                    "/x",
                    NOON + i * 100L,
                    Phase.COMPLETED,
                    Outcome.SUCCESS,
                    null,
                    null,
                    null,
                    NOON + i * 100L,
                    new Position("request-events", 0, i));
            List<Object> expected = new ArrayList<>();
            List<Object> said = new ArrayList<>();
            engine.apply(kept, request, plans, keptIndex, into(expected));
            engine.apply(stored, request, plans, storedIndex, into(said));
            assertThat(said).isEqualTo(expected);
            assertThat(cache.bytes()).isLessThanOrEqualTo(20_000 + 1_000);
        }

        assertThat(stored).isEqualTo(kept);
        assertThat(engine.snapshot(stored, plans, NOON)).isEqualTo(engine.snapshot(kept, plans, NOON));
        buckets.forget();
        assertThat(cache.bytes()).isZero();
        assertThat(AccountState.decodeCore(stored.encodeCore(), buckets("acme", false)))
                .isEqualTo(kept);
    }

    private static Timer some(SplittableRandom random, TreeSet<Timer> model) {
        Timer found = model.ceiling(new Timer(random.nextInt(1_000), Scope.PROJECT, ""));
        return found == null ? model.first() : found;
    }

    private static Limit limit(String id, Scope scope) {
        return new Limit(
                id,
                "requests",
                Amount.of(5),
                new Algorithm.FixedWindow(WindowUnit.MINUTE),
                scope,
                Mode.ENFORCE,
                List.of(),
                0);
    }

    private static Outputs into(List<Object> said) {
        return new Outputs() {
            @Override
            public void journal(JournalEntry entry) {
                said.add(entry);
            }

            @Override
            public void total(UsageTotal total) {
                said.add(total);
            }

            @Override
            public void limitEvent(LimitEvent event) {
                said.add(event);
            }

            @Override
            public void rejected(RejectionReason reason, String detail) {
                said.add(reason);
            }
        };
    }

    private KafkaScopeBuckets buckets(String accountId, boolean isNew) {
        return new KafkaScopeBuckets(store, cache, AccountRecord.prefixOf(accountId), isNew);
    }
}
