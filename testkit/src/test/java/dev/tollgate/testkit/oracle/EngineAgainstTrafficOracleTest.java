package dev.tollgate.testkit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.testkit.oracle.TrafficOracle.Crossing;
import dev.tollgate.testkit.oracle.TrafficOracle.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EngineAgainstTrafficOracleTest {
    private static final EngineSettings SETTINGS = new EngineSettings(60_000, 86_400_000, "plan", 1_000);

    @Test
    void givenRandomHistories_whenCountedByBoth_thenVerdictsTotalsAndCrossingsAgree() {
        Seeds.forAll(EngineAgainstTrafficOracleTest::check);
    }

    private static void check(SplittableRandom random) {
        OraclePlan plan = RandomPlans.plan(random, "plan", true);
        List<OracleEvent> events = RandomPlans.events(random, "acme", 20 + random.nextInt(180));
        TrafficOracle recount = new TrafficOracle(SETTINGS.allowedSkewMillis(), SETTINGS.dedupeHorizonMillis());
        recount.assign("acme", plan);
        Counted counted = new Counted();
        AccountingEngine engine = new AccountingEngine(SETTINGS);
        AccountState state = AccountState.empty("acme");
        Plans plans = Plans.of(EnginePlans.planOf(plan));
        InMemoryEventIndex index = new InMemoryEventIndex();

        LogClock clock = new LogClock();
        for (OracleEvent event : events) {
            OracleVerdict expected = recount.add(event);
            if (expected != OracleVerdict.REJECTED) {
                clock.passTo(
                        event.appendedAtMillis(),
                        at -> engine.apply(state, new Tick(at), plans, index, counted),
                        state);
            }
            engine.apply(state, EnginePlans.inputOf(event, 0), plans, index, counted);
            assertThat(counted.verdicts.getLast()).as("verdict on %s", event).isEqualTo(expected);
        }

        assertThat(counted.closed.keySet()).as("closed windows").isEqualTo(recount.closedWindows());
        Map<Window, Long> closed = Map.copyOf(counted.closed);
        counted.closed.clear();
        engine.openTotals(state, plans, counted);
        Map<Window, Long> all = new HashMap<>(counted.open);
        all.putAll(closed);
        assertThat(all).as("totals").isEqualTo(recount.totals());
        assertThat(counted.crossings).as("crossings").isEqualTo(recount.crossings());
        assertThat(counted.crossingEvents).as("each crossing is said once").isEqualTo(counted.crossings.size());
        assertThat(counted.charged).as("charged").isEqualTo(recount.charged("acme"));
    }

    /** What the engine said, in the oracle's words. */
    private static final class Counted implements Outputs {
        private final List<OracleVerdict> verdicts = new ArrayList<>();
        private final Map<Window, Long> closed = new HashMap<>();
        private final Map<Window, Long> open = new HashMap<>();
        private final Set<Crossing> crossings = new HashSet<>();
        private final Map<String, Long> charged = new HashMap<>();
        private final Set<String> ids = new HashSet<>();
        private int crossingEvents;

        @Override
        public void journal(JournalEntry entry) {
            OracleVerdict verdict = OracleVerdict.valueOf(entry.verdict().name());
            verdicts.add(verdict);
            if (verdict == OracleVerdict.COUNTED) {
                entry.costs().asMap().forEach((meter, cost) -> charged.merge(meter, cost, Long::sum));
            }
        }

        @Override
        public void total(UsageTotal total) {
            Window window = new Window(total.accountId(), total.limitId(), total.scopeKey(), total.windowStartMillis());
            Long before = (total.closed() ? closed : open).put(window, total.used());
            assertThat(before).as("said twice: %s", window).isNull();
        }

        @Override
        public void limitEvent(LimitEvent event) {
            assertThat(ids.add(event.id())).as("id is new: %s", event).isTrue();
            switch (event.kind()) {
                case SOFT_LIMIT_REACHED, HARD_LIMIT_REACHED -> {
                    LimitEvent.Bucket bucket = Objects.requireNonNull(event.bucket());
                    int share = event.threshold() == null
                            ? 10_000
                            : event.threshold().usedBasisPoints();
                    crossingEvents += event.threshold() != null && share == 10_000 ? 0 : 1;
                    crossings.add(new Crossing(
                            new Window(
                                    event.accountId(),
                                    bucket.limitId(),
                                    bucket.scopeKey(),
                                    Objects.requireNonNull(bucket.windowStartMillis())),
                            share));
                }
                default -> {}
            }
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            verdicts.add(OracleVerdict.REJECTED);
        }
    }
}
