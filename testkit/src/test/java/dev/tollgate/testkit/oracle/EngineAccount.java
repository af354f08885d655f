package dev.tollgate.testkit.oracle;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.testkit.oracle.Oracle.Cell;
import dev.tollgate.testkit.oracle.Oracle.Held;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One account in the engine, fed with the oracle's facts. Collects what the engine says in the oracle's words. */
final class EngineAccount implements Outputs {
    final List<JournalEntry> journal = new ArrayList<>();
    final List<UsageTotal> closed = new ArrayList<>();
    final List<LimitEvent> limitEvents = new ArrayList<>();
    final Map<Cell, Long> closedTotals = new HashMap<>();
    final Map<String, Long> charged = new HashMap<>();
    final Set<String> limitEventIds = new HashSet<>();

    /** Alerts that were raised and not cleared, by the id of the event that raised them. */
    final Map<String, Held> held = new LinkedHashMap<>();

    /** Every alert that was ever raised, as many times as it was. */
    final List<Held> raised = new ArrayList<>();

    /** The tick that has ended an alert, by the alert, if it was one that did so last. */
    final Map<Held, Long> endedByTick = new HashMap<>();

    private long tickMillis = -1;

    final AccountingEngine engine;
    final Plans plans;
    private final EventIndex index;
    AccountState state = AccountState.empty("acme");

    @Nullable
    OracleVerdict lastVerdict;

    long lastAppended;
    private final Map<Cell, Long> openTotals = new HashMap<>();

    EngineAccount(EngineSettings settings, List<OraclePlan> plans) {
        this(settings, plans, new InMemoryEventIndex());
    }

    EngineAccount(EngineSettings settings, List<OraclePlan> plans, EventIndex index) {
        this.engine = new AccountingEngine(settings);
        this.index = index;
        this.plans = Plans.of(plans.stream().map(EnginePlans::planOf).toList());
    }

    void add(OracleFact fact) {
        lastVerdict = null;
        switch (fact) {
            case OracleFact.Called called -> {
                lastAppended = Math.min(
                        called.event().appendedAtMillis(), called.event().occurredAtMillis() + 60_000);
                engine.apply(state, EnginePlans.inputOf(called.event(), 0), plans, index, this);
            }
            case OracleFact.Changed changed -> {
                lastAppended = changed.appendedAt();
                engine.apply(state, EnginePlans.inputOf(changed), plans, index, this);
            }
            case OracleFact.Corrected corrected ->
                engine.apply(state, EnginePlans.inputOf(corrected, lastAppended), plans, index, this);
        }
    }

    /** How many events the index remembers. */
    int remembered() {
        return index instanceof InMemoryEventIndex inMemory ? inMemory.size() : -1;
    }

    void tick(long now) {
        tickMillis = now;
        engine.apply(state, new Tick(now), plans, index, this);
        tickMillis = -1;
    }

    /** Totals of all windows, closed or not, that are not 0. */
    Map<Cell, Long> totals() {
        openTotals.clear();
        engine.openTotals(state, plans, this);
        Map<Cell, Long> all = new HashMap<>(closedTotals);
        openTotals.forEach((cell, used) -> all.merge(cell, used, Long::sum));
        all.values().removeIf(used -> used == 0);
        return all;
    }

    @Override
    public void journal(JournalEntry entry) {
        journal.add(entry);
        if (entry.verdict() == Verdict.VOIDED || entry.correctionIds().size() > 0) {
            count(entry, entry.verdict() == Verdict.VOIDED ? -1 : 1);
        } else {
            lastVerdict = OracleVerdict.valueOf(entry.verdict().name());
            count(entry, 1);
        }
    }

    private void count(JournalEntry entry, int sign) {
        if (entry.verdict() == Verdict.COUNTED || entry.verdict() == Verdict.VOIDED) {
            entry.costs().asMap().forEach((meter, cost) -> charged.merge(meter, sign * cost, Long::sum));
            charged.values().removeIf(sum -> sum == 0);
        }
    }

    @Override
    public void total(UsageTotal total) {
        Cell cell = new Cell(total.limitId(), total.scopeKey(), total.windowStartMillis());
        if (total.used() < 0) {
            throw new AssertionError("negative total " + total);
        }
        if (total.closed()) {
            closed.add(total);
            closedTotals.merge(cell, total.used(), Long::sum);
        } else {
            openTotals.merge(cell, total.used(), Long::sum);
        }
    }

    @Override
    public void limitEvent(LimitEvent event) {
        if (!limitEventIds.add(event.id())) {
            throw new AssertionError("said twice: " + event);
        }
        limitEvents.add(event);
        LimitEvent.Bucket bucket = event.bucket();
        switch (event.kind()) {
            case SOFT_LIMIT_REACHED, HARD_LIMIT_REACHED, ADVISORY_LIMIT_REACHED -> {
                Held alert = heldBy(event, Objects.requireNonNull(bucket));
                if (held.containsValue(alert)) {
                    throw new AssertionError("raised while it holds: " + event);
                }
                held.put(event.id(), alert);
                raised.add(alert);
            }
            case LIMIT_CLEARED -> {
                Held alert = held.remove(((LimitEvent.LimitCleared) event).clearedEventId());
                if (alert == null) {
                    throw new AssertionError("cleared what does not hold: " + event);
                }
                if (tickMillis >= 0) {
                    endedByTick.put(alert, tickMillis);
                } else {
                    endedByTick.remove(alert);
                }
            }
            case SUSPENDED,
                    REINSTATED,
                    EXEMPTED,
                    EXEMPTION_ENDED,
                    OVERRIDE_CHANGED,
                    CALENDAR_CHANGED,
                    PLAN_CHANGED,
                    PLAN_CHANGE_SCHEDULED -> {}
        }
    }

    private Held heldBy(LimitEvent event, LimitEvent.Bucket bucket) {
        boolean fixed = plans.all().stream()
                .flatMap(plan -> plan.limits().stream())
                .filter(limit -> limit.id().equals(bucket.limitId()))
                .allMatch(limit -> limit.algorithm() instanceof dev.tollgate.planmodel.Algorithm.FixedWindow);
        Cell cell = new Cell(
                bucket.limitId(), bucket.scopeKey(), fixed ? Objects.requireNonNull(bucket.windowStartMillis()) : -1);
        // 100 % as a threshold is not the full amount itself; the oracle speaks of the latter only.
        int share = event.threshold() == null ? 10_000 : event.threshold().usedBasisPoints();
        return new Held(cell, event.threshold() != null && share == 10_000 ? -1 : share);
    }

    /** Alerts of fixed windows, or of the rest, that hold now. */
    Set<Held> heldNow(boolean fixed) {
        Set<Held> now = new HashSet<>();
        for (Held alert : held.values()) {
            if (alert.usedBasisPoints() >= 0 && alert.cell().startMillis() >= 0 == fixed && !now.add(alert)) {
                throw new AssertionError("holds twice: " + alert);
            }
        }
        return now;
    }

    /** Alerts of fixed windows that were ever raised; each once, because nothing here re-arms them. */
    Set<Held> raisedInWindows() {
        Set<Held> once = new HashSet<>();
        for (Held alert : raised) {
            if (alert.cell().startMillis() >= 0 && !once.add(alert)) {
                throw new AssertionError("raised twice: " + alert);
            }
        }
        return once;
    }

    @Override
    public void rejected(RejectionReason reason, String detail) {
        lastVerdict = OracleVerdict.REJECTED;
    }
}
