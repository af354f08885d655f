package dev.tollgate.testkit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountSnapshot;
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
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.testkit.oracle.TrafficOracle.Left;
import dev.tollgate.testkit.oracle.TrafficOracle.LimitKey;
import dev.tollgate.testkit.oracle.TrafficOracle.Reached;
import dev.tollgate.testkit.oracle.TrafficOracle.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every kind of limit, plans that change from version to version, and disorder: the recount and the engine say the
 * same.
 */
class TrafficOracleAgainstEngineTest {
    private static final EngineSettings SETTINGS = new EngineSettings(60_000, 86_400_000, "plan", 1_000);

    @Test
    void givenAnyPlanAndHistory_whenCountedByBoth_thenEverythingAgrees() {
        Seeds.forAll(TrafficOracleAgainstEngineTest::check);
    }

    private static void check(SplittableRandom random) {
        List<OracleEvent> events = withEnds(random, RandomPlans.events(random, "acme", 20 + random.nextInt(130)));
        RecountPlan plan = plan(random, events);
        events = late(random, events);
        TrafficOracle recount = new TrafficOracle(SETTINGS.allowedSkewMillis(), SETTINGS.dedupeHorizonMillis());
        recount.assign("acme", plan);
        Said said = new Said(plan);
        AccountingEngine engine = new AccountingEngine(SETTINGS);
        AccountState state = AccountState.empty("acme");
        Plans plans = Plans.of(plan.versions().stream()
                .map(version -> engineVersion(plan, version))
                .toArray(PlanVersion[]::new));
        InMemoryEventIndex index = new InMemoryEventIndex();

        LogClock clock = new LogClock();
        for (OracleEvent event : events) {
            int before = said.reached.size();
            OracleVerdict expected = recount.add(event);
            if (expected != OracleVerdict.REJECTED) {
                clock.passTo(
                        event.appendedAtMillis(), at -> engine.apply(state, new Tick(at), plans, index, said), state);
            }
            engine.apply(state, EnginePlans.inputOf(event, 0), plans, index, said);
            assertThat(said.verdicts.getLast()).as("verdict on %s", event).isEqualTo(expected);
            assertThat(said.reached.subList(before, said.reached.size()))
                    .as("reached by %s", event)
                    .containsExactlyInAnyOrderElementsOf(
                            recount.reached().subList(before, recount.reached().size()));
        }

        engine.openTotals(state, plans, said);
        assertThat(said.totals).as("totals").isEqualTo(recount.totals());
        assertThat(said.charged).as("charged").isEqualTo(recount.charged("acme"));
        if (state.streamTimeMillis() >= 0) {
            assertThat(recount.streamTimes()).containsExactlyEntriesOf(Map.of("acme", state.streamTimeMillis()));
            long later = state.streamTimeMillis() + random.nextInt(30_000);
            assertThat(left(engine.snapshot(state, plans, later)))
                    .as("what is left at %d", later)
                    .isEqualTo(recount.left(later));
        }
    }

    private static Map<LimitKey, Left> left(AccountSnapshot snapshot) {
        Map<LimitKey, Left> left = new HashMap<>();
        for (AccountSnapshot.Bucket bucket : snapshot.buckets()) {
            if (bucket.used() > 0) {
                left.put(
                        new LimitKey("acme", bucket.limitId(), bucket.scopeKey()),
                        new Left(
                                bucket.algorithm() instanceof Algorithm.FixedWindow,
                                bucket.used(),
                                bucket.windowEndMillis()));
            }
        }
        return left;
    }

    /** Calls that have started come to an end, some of them soon, some after their lease. */
    private static List<OracleEvent> withEnds(SplittableRandom random, List<OracleEvent> events) {
        List<OracleEvent> all = new ArrayList<>();
        for (OracleEvent event : events) {
            boolean begins = event.started() || random.nextInt(3) == 0;
            all.add(begins ? phase(event, true, event.occurredAtMillis(), event.appendedAtMillis()) : event);
            if (begins && random.nextInt(6) > 0) {
                long took = random.nextInt(4) == 0 ? random.nextInt(90_000) : random.nextInt(5_000);
                long appended = event.appendedAtMillis() + took;
                int place = all.size();
                while (place > 0 && all.get(place - 1).appendedAtMillis() > appended) {
                    place--;
                }
                all.add(place, phase(event, false, event.occurredAtMillis() + took, appended));
            }
        }
        return all;
    }

    /** The same events, appended some time after they would have been. */
    private static List<OracleEvent> late(SplittableRandom random, List<OracleEvent> events) {
        long delay = List.of(0L, 700L, 5_000L, 60_000L).get(random.nextInt(4));
        return events.stream().map(event -> event.moved(0, delay)).toList();
    }

    private static OracleEvent phase(OracleEvent event, boolean started, long time, long appended) {
        return new OracleEvent(
                event.id(),
                event.account(),
                event.project(),
                event.apiKey(),
                event.endpoint(),
                time,
                appended,
                started,
                event.outcome(),
                event.units(),
                event.inputTokens(),
                event.outputItems());
    }

    private static RecountPlan plan(SplittableRandom random, List<OracleEvent> events) {
        OraclePlan first = RandomPlans.plan(random, "plan", false);
        List<RecountPlan.Version> versions = new ArrayList<>();
        versions.add(version(random, 1, 0, first));
        int more = random.nextInt(3);
        List<Long> changes = new ArrayList<>();
        for (int i = 0; i < more; i++) {
            changes.add(events.get(random.nextInt(events.size())).occurredAtMillis() + random.nextInt(3) - 1);
        }
        changes.stream().distinct().sorted().filter(change -> change > 0).forEach(change -> {
            OraclePlan next = RandomPlans.variant(random, first, "plan");
            versions.add(version(random, versions.size() + 1, change, next));
        });
        return new RecountPlan("plan", versions);
    }

    private static RecountPlan.Version version(
            SplittableRandom random, int number, long effectiveFrom, OraclePlan plan) {
        return new RecountPlan.Version(
                number,
                effectiveFrom,
                plan.meters(),
                plan.limits().stream()
                        .filter(limit -> !limit.id().startsWith("limit-of-"))
                        .map(limit -> new RecountPlan.Limit(
                                limit,
                                random.nextInt(4) == 0,
                                limit.usedBasisPoints().stream()
                                        .map(share -> new RecountPlan.Threshold(
                                                share, share < 10_000 && random.nextInt(3) == 0))
                                        .toList()))
                        .toList(),
                plan.caps(),
                plan.chargedOutcomes());
    }

    private static PlanVersion engineVersion(RecountPlan plan, RecountPlan.Version version) {
        PlanVersion plain = EnginePlans.planOf(new OraclePlan(
                plan.id(),
                version.number(),
                version.meters(),
                version.limits().stream().map(RecountPlan.Limit::counting).toList(),
                version.caps(),
                version.chargedOutcomes()));
        List<dev.tollgate.planmodel.Limit> limits = new ArrayList<>();
        for (int i = 0; i < plain.limits().size(); i++) {
            dev.tollgate.planmodel.Limit limit = plain.limits().get(i);
            RecountPlan.Limit wanted = version.limits().get(i);
            limits.add(new dev.tollgate.planmodel.Limit(
                    limit.id(),
                    limit.meterId(),
                    limit.amount(),
                    limit.algorithm(),
                    limit.scope(),
                    wanted.advisory() ? Mode.ADVISORY : Mode.ENFORCE,
                    wanted.thresholds().stream()
                            .map(threshold -> threshold.above()
                                    ? new Threshold(
                                            Threshold.Kind.REMAINING_BELOW, 10_000 - threshold.usedBasisPoints())
                                    : new Threshold(Threshold.Kind.USED_AT_LEAST, threshold.usedBasisPoints()))
                            .toList(),
                    limit.graceMillis()));
        }
        return new PlanVersion(
                plain.planId(),
                version.number(),
                version.effectiveFromMillis(),
                0,
                plain.title(),
                plain.meters(),
                limits,
                plain.perCallCaps(),
                plain.consumption());
    }

    /** What the engine said, in the recount's words. */
    private static final class Said implements Outputs {
        private final List<OracleVerdict> verdicts = new ArrayList<>();
        private final Map<Window, Long> totals = new HashMap<>();
        private final List<Reached> reached = new ArrayList<>();
        private final Map<String, Long> charged = new HashMap<>();
        private final Set<String> windowed;

        /** @param plan of which limits are told apart by their algorithm, which an event does not name */
        private Said(RecountPlan plan) {
            windowed = plan.versions().stream()
                    .flatMap(version -> version.limits().stream())
                    .filter(limit -> limit.counting().kind() == OraclePlan.Kind.FIXED_WINDOW)
                    .map(RecountPlan.Limit::id)
                    .collect(Collectors.toSet());
        }

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
            assertThat(totals.put(window, total.used()))
                    .as("said twice: %s", window)
                    .isNull();
        }

        @Override
        public void limitEvent(LimitEvent event) {
            switch (event.kind()) {
                case SOFT_LIMIT_REACHED, HARD_LIMIT_REACHED, ADVISORY_LIMIT_REACHED -> {
                    LimitEvent.Bucket bucket = Objects.requireNonNull(event.bucket());
                    reached.add(new Reached(
                            event.accountId(),
                            bucket.limitId(),
                            bucket.scopeKey(),
                            windowed.contains(bucket.limitId()) ? bucket.windowStartMillis() : null,
                            event.provenance().sourceId(),
                            event.threshold() == null ? null : event.threshold().usedBasisPoints(),
                            event.kind() == LimitEvent.Kind.ADVISORY_LIMIT_REACHED,
                            bucket.used(),
                            event.blockedUntilMillis()));
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
