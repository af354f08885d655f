package dev.tollgate.testkit.oracle;

import dev.tollgate.testkit.oracle.OracleFact.Called;
import dev.tollgate.testkit.oracle.OracleFact.Change;
import dev.tollgate.testkit.oracle.OracleFact.Changed;
import dev.tollgate.testkit.oracle.OracleFact.Corrected;
import dev.tollgate.testkit.oracle.OracleFact.Exempt;
import dev.tollgate.testkit.oracle.OracleFact.OnPlan;
import dev.tollgate.testkit.oracle.OracleFact.Overridden;
import dev.tollgate.testkit.oracle.OracleFact.OverrideEnded;
import dev.tollgate.testkit.oracle.OracleFact.OwnCalendar;
import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.OraclePlan.Limit;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One account's whole history, and what follows from it, worked out anew for every question by going through everything
 * that ever happened. Slow and obvious: totals are sums over all events, levels are played through from the first event
 * on, and what holds at a moment is looked up among all changes.
 *
 * <p>It does not say which alerts are raised when, but which must hold after everything so far: an alert of a fixed
 * window holds exactly while the window runs, something is used and its total is at least the threshold.
 *
 * <p>The clock may come to the end of an alert before stream time does ({@link #tick}). Then it does not hold any more,
 * unless what is known now would have made it hold at that moment of the clock: calls may be read late.
 *
 * <p>Not thread-safe. For histories of some hundred facts.
 */
public final class Oracle {
    private static final String DEFAULT_PLAN = "none";

    private final long allowedSkew;
    private final long horizon;
    private final Map<String, OraclePlan> plans = new HashMap<>();
    private final List<Charge> charges = new ArrayList<>();
    private final List<Seen> starts = new ArrayList<>();
    private final List<Seen> ends = new ArrayList<>();
    private final List<Entry> timeline = new ArrayList<>();

    /** Changes from which on windows follow another calendar. */
    private final Set<Entry> moving = new HashSet<>();

    private final Map<String, Charge> byEventId = new HashMap<>();
    private long streamTime = -1;
    private long appliedUpTo = -1;

    /** Changes that the clock has come to. */
    private final Set<Entry> announced = new HashSet<>();

    /** What a tick has ended ahead of stream time. */
    private final Map<Held, EmittedEnd> emittedEnds = new HashMap<>();

    /**
     * @param allowedSkewMillis how far an event may be ahead of its append time
     * @param dedupeHorizonMillis how far back an id is recognised
     * @param plans the catalog; each in force since 1970
     */
    public Oracle(long allowedSkewMillis, long dedupeHorizonMillis, List<OraclePlan> plans) {
        this.allowedSkew = allowedSkewMillis;
        this.horizon = dedupeHorizonMillis;
        plans.forEach(plan -> this.plans.put(plan.id(), plan));
        this.plans.put(DEFAULT_PLAN, OraclePlan.NONE);
    }

    /** Names one window of one limit, or the one bucket of a limit without windows: then the start is -1. */
    public record Cell(String limit, String scopeKey, long startMillis) {}

    /** Names an alert; {@code usedBasisPoints} is 10,000 for the full amount. */
    public record Held(Cell cell, int usedBasisPoints) {}

    /** An event that was taken, and what has become of it. */
    private static final class Charge {
        private final OraclePlan plan;
        private OracleEvent event;
        private OracleVerdict verdict;
        private boolean voided;
        private final Set<String> corrections = new HashSet<>();

        /** Costs that are in the total of each limit, by limit id. */
        private final Map<String, Long> inTotal = new LinkedHashMap<>();

        /** Limits that had closed when the event came. */
        private final Set<String> late = new HashSet<>();

        private Charge(OracleEvent event, OraclePlan plan, OracleVerdict verdict) {
            this.event = event;
            this.plan = plan;
            this.verdict = verdict;
        }
    }

    private record Window(Limit limit, long start, long end) {
        private boolean covers(long time) {
            return start <= time && time < end;
        }
    }

    /** @param plan the plan in force when it happened */
    private record Seen(int number, String id, long time, OracleEvent event, OraclePlan plan) {}

    private record Entry(long effectiveAt, Change change, long cutAt) {}

    /**
     * That an alert is over.
     *
     * @param asOf the moment at which it does not hold any more
     * @param surely whether it is known to have been raised before
     */
    private record EmittedEnd(long asOf, boolean surely) {}

    /** What holds at a moment. */
    private record Terms(OraclePlan plan, Map<String, Long> overrides, Set<String> unlimited, boolean exempt) {
        private @Nullable Limit limitLike(Limit limit) {
            return plan.limits().stream()
                    .filter(other -> other.countsLike(limit))
                    .findFirst()
                    .orElse(null);
        }

        private @Nullable Long amountOf(Limit limit) {
            return unlimited.contains(limit.id())
                    ? null
                    : overrides.containsKey(limit.id()) ? overrides.get(limit.id()) : limit.amount();
        }
    }

    public long streamTime() {
        return streamTime;
    }

    /** Takes the next fact. Returns the verdict if it is an event; null for everything else. */
    public @Nullable OracleVerdict add(OracleFact fact) {
        OracleVerdict verdict = switch (fact) {
            case Called called -> called(called.event());
            case Changed changed -> {
                changed(changed);
                yield null;
            }
            case Corrected corrected -> {
                corrected(corrected);
                yield null;
            }
        };
        if (!emittedEnds.isEmpty() || announcedAhead() != null) {
            forgetWhatHoldsAgain();
        }
        return verdict;
    }

    /**
     * The clock has come to a moment.
     *
     * @param now not before the clock was at last, and not after the append time of the next fact
     */
    public void tick(long now) {
        for (Entry entry : timeline) {
            if (entry.effectiveAt() <= now && entry.effectiveAt() > now()) {
                announced.add(entry);
            }
        }
        endInWindows(now);
        endOutsideWindows(now);
    }

    private void endInWindows(long now) {
        heldInWindowsByStreamTime().forEach((held, window) -> {
            if (window.end() <= now) {
                emittedEnds.putIfAbsent(held, new EmittedEnd(now, true));
            }
        });
        endInWindowsAhead(now);
    }

    /** Of alerts that a change ends which the clock has come to and stream time has not. */
    private void endInWindowsAhead(long now) {
        Entry ahead = announcedAhead();
        if (ahead != null) {
            long at = ahead.effectiveAt();
            heldInWindowsByStreamTime().forEach((held, window) -> {
                if (window.covers(at) && !holdsInWindow(termsAt(at), window, held)) {
                    emittedEnds.putIfAbsent(held, new EmittedEnd(Math.max(now, at), true));
                }
            });
        }
    }

    private void endOutsideWindows(long now) {
        Map<Cell, BigInteger> levels = levels();
        Set<Held> sure = heldOutsideWindows(levels, false);
        for (Held held : heldOutsideWindows(levels, true)) {
            if (isClouded(now) || !holdsOutsideWindows(held, now)) {
                EmittedEnd end = emittedEnds.get(held);
                if (end == null || !end.surely()) {
                    // Whether it had been raised is not known of some: then this may be the tick that ends it.
                    emittedEnds.put(
                            held, new EmittedEnd(now, sure.contains(held) && !isClouded(now) && now() == streamTime));
                }
            }
        }
    }

    /** The latest change that the clock has come to and stream time has not; calendars aside. */
    private @Nullable Entry announcedAhead() {
        return timeline.stream()
                .filter(entry -> announced.contains(entry)
                        && entry.effectiveAt() > now()
                        && !(entry.change() instanceof OwnCalendar))
                .max(Comparator.comparingLong(Entry::effectiveAt))
                .orElse(null);
    }

    /** Whether there are changes ahead of stream time that levels of a later moment would depend on. */
    public boolean isClouded(long until) {
        return timeline.stream().anyMatch(entry -> entry.effectiveAt() > now() && entry.effectiveAt() <= until);
    }

    /**
     * An end that would not have been said by what is known now is taken back; one that stream time has reached too.
     */
    private void forgetWhatHoldsAgain() {
        Map<Held, Window> inWindows = heldInWindowsByStreamTime();
        if (now() > streamTime) {
            // Levels are told as of the last change, and what rolls is raised and ended as of stream time.
            emittedEnds.replaceAll(
                    (held, end) -> held.cell().startMillis() >= 0 ? end : new EmittedEnd(end.asOf(), false));
        }
        Set<Held> outside = heldOutsideWindowsByStreamTime(levels(), true);
        emittedEnds.entrySet().removeIf(over -> {
            Held held = over.getKey();
            long asOf = over.getValue().asOf();
            Window window = inWindows.get(held);
            if (window != null) {
                // A change that ended it ahead of stream time has been judged by once stream time has come to it.
                return window.end() > asOf && (asOf <= now() || holdsInWindow(termsAt(asOf), window, held));
            }
            return !outside.contains(held) || !isClouded(asOf) && holdsOutsideWindows(held, asOf);
        });
        endInWindowsAhead(-1);
    }

    // What happens.

    private OracleVerdict called(OracleEvent event) {
        long time = event.occurredAtMillis();
        if (time < 0 || event.appendedAtMillis() < time - allowedSkew) {
            return OracleVerdict.REJECTED;
        }
        long newest = Math.max(time, streamTime);
        if (time < newest - horizon) {
            return OracleVerdict.LATE;
        }
        if (isSeen(ends, event, newest) || event.started() && isSeen(inFlight(), event, newest)) {
            return OracleVerdict.DUPLICATE;
        }
        OraclePlan plan = termsAt(time).plan();
        moveTo(newest);
        if (!emittedEnds.isEmpty()) {
            // What stream time has come to on the way to this call.
            forgetWhatHoldsAgain();
        }
        OracleVerdict verdict;
        if (event.started()) {
            verdict = started(plan, event);
            starts.add(new Seen(starts.size() + ends.size(), event.id(), time, event, plan));
        } else {
            ends.add(new Seen(starts.size() + ends.size(), event.id(), time, event, plan));
            Charge charge = new Charge(event, plan, OracleVerdict.COUNTED);
            charge.verdict = charge(charge);
            charges.add(charge);
            byEventId.put(event.id(), charge);
            verdict = charge.verdict;
        }
        return verdict;
    }

    /** Starts without an end. Once a call has ended, only its end is remembered. */
    private List<Seen> inFlight() {
        return starts.stream()
                .filter(start -> ends.stream()
                        .noneMatch(
                                end -> end.number() > start.number() && end.id().equals(start.id())))
                .toList();
    }

    private boolean isSeen(List<Seen> list, OracleEvent event, long newest) {
        return list.stream().anyMatch(seen -> seen.id().equals(event.id()) && seen.time() >= newest - horizon);
    }

    private OracleVerdict started(OraclePlan plan, OracleEvent event) {
        List<Limit> limits = plan.limits().stream()
                .filter(limit -> limit.kind() == Kind.CONCURRENCY)
                .toList();
        if (limits.isEmpty()) {
            return OracleVerdict.NOT_CONSUMING;
        }
        return limits.stream()
                        .allMatch(limit -> limit.isTooLate(event.occurredAtMillis(), streamTime, OracleCalendar.UTC))
                ? OracleVerdict.LATE
                : OracleVerdict.COUNTED;
    }

    private OracleVerdict charge(Charge charge) {
        OracleEvent event = charge.event;
        if (!charge.plan.chargedOutcomes().contains(event.outcome())) {
            return OracleVerdict.NOT_CONSUMING;
        }
        if (charge.plan.isOverCap(event)) {
            return OracleVerdict.OVER_CALL_LIMIT;
        }
        boolean tooLate = false;
        for (Limit limit : charge.plan.limits()) {
            long cost = cost(charge.plan, limit.meter(), event);
            if (cost == 0 || limit.kind() == Kind.CONCURRENCY) {
                continue;
            }
            if (charge.late.contains(limit.id()) || isClosed(limit, event.occurredAtMillis())) {
                tooLate = true;
                charge.late.add(limit.id());
            } else {
                charge.inTotal.put(limit.id(), cost);
            }
        }
        return charge.inTotal.isEmpty() && tooLate ? OracleVerdict.LATE : OracleVerdict.COUNTED;
    }

    private void corrected(Corrected correction) {
        Charge charge = byEventId.get(correction.target());
        if (charge == null
                || charge.event.occurredAtMillis() < streamTime - horizon
                || charge.voided
                || !charge.corrections.add(correction.commandId())) {
            return;
        }
        boolean wasCounted = charge.verdict == OracleVerdict.COUNTED;
        // What is in a closed total stays there.
        charge.inTotal.forEach((limitId, cost) -> {
            Limit limit = limitOf(charge.plan, limitId);
            if (limit.kind() == Kind.FIXED_WINDOW && isClosed(limit, charge.event.occurredAtMillis())) {
                frozen.merge(cellOf(limit, charge.event), cost, Long::sum);
            }
        });
        Map<String, Long> before = Map.copyOf(charge.inTotal);
        charge.inTotal.clear();
        if (correction.isVoid()) {
            charge.voided = true;
            return;
        }
        OracleEvent old = charge.event;
        charge.event = new OracleEvent(
                old.id(),
                old.account(),
                old.project(),
                old.apiKey(),
                correction.endpoint() == null ? old.endpoint() : correction.endpoint(),
                old.occurredAtMillis(),
                old.appendedAtMillis(),
                old.started(),
                correction.outcome() == null ? old.outcome() : correction.outcome(),
                correction.units() == null ? old.units() : correction.units(),
                old.inputTokens(),
                old.outputItems());
        OracleVerdict verdict = charge(charge);
        // A leaky bucket that has the call follows for as long as it is not empty. When it went is not told here; what
        // the
        // call cost and still costs is in it in any case.
        before.forEach((limitId, cost) -> {
            Limit limit = limitOf(charge.plan, limitId);
            if (limit.kind() == Kind.LEAKY_BUCKET
                    && verdict != OracleVerdict.NOT_CONSUMING
                    && verdict != OracleVerdict.OVER_CALL_LIMIT) {
                long left = Math.min(cost, cost(charge.plan, limit.meter(), charge.event));
                charge.inTotal.putIfAbsent(limitId, left);
            }
        });
        charge.verdict = verdict == OracleVerdict.LATE && wasCounted ? OracleVerdict.COUNTED : verdict;
    }

    /** Costs of corrected events that are in closed totals for good. */
    private final Map<Cell, Long> frozen = new HashMap<>();

    private void changed(Changed changed) {
        for (Entry entry : timeline) {
            if (entry.effectiveAt() == changed.effectiveAt() && isAboutTheSame(entry.change(), changed.change())) {
                return;
            }
        }
        if (limitNamed(changed.change()) != null
                && termsAt(changed.effectiveAt()).plan().limits().stream()
                        .noneMatch(limit -> limit.id().equals(limitNamed(changed.change())))) {
            return;
        }
        long cutAt = Math.max(changed.effectiveAt(), streamTime + 1);
        while (cutEnding(cutAt, true) != null) {
            cutAt++;
        }
        timeline.add(new Entry(changed.effectiveAt(), changed.change(), cutAt));
        timeline.sort(Comparator.comparingLong(Entry::effectiveAt));
        for (Entry entry : timeline) {
            // What is over stays as it was; windows that were cut stay cut.
            boolean sets = entry.change() instanceof OnPlan || entry.change() instanceof OwnCalendar;
            if (sets
                    && entry.cutAt() > streamTime
                    && !calendarAt(entry.cutAt() - 1).equals(calendarAt(entry.cutAt()))) {
                moving.add(entry);
            }
        }
        if (changed.effectiveAt() <= Math.max(streamTime, changed.appendedAt())) {
            appliedUpTo = Math.max(appliedUpTo, changed.effectiveAt());
        }
    }

    private void moveTo(long time) {
        streamTime = time;
        for (Entry entry : timeline) {
            if (entry.effectiveAt() <= time) {
                appliedUpTo = Math.max(appliedUpTo, entry.effectiveAt());
            }
        }
    }

    private static boolean isAboutTheSame(Change first, Change second) {
        String limit = limitNamed(first);
        return limit != null ? limit.equals(limitNamed(second)) : first.getClass() == second.getClass();
    }

    private static @Nullable String limitNamed(Change change) {
        return switch (change) {
            case Overridden overridden -> overridden.limit();
            case OverrideEnded ended -> ended.limit();
            case OnPlan _, Exempt _, OwnCalendar _ -> null;
        };
    }

    // What holds.

    private Terms termsAt(long time) {
        OraclePlan plan = OraclePlan.NONE;
        Map<String, Long> overrides = new HashMap<>();
        Set<String> unlimited = new HashSet<>();
        boolean exempt = false;
        for (Entry entry : timeline) {
            if (entry.effectiveAt() > time) {
                break;
            }
            switch (entry.change()) {
                case OnPlan on -> plan = plans.getOrDefault(on.planId(), OraclePlan.NONE);
                case Overridden overridden -> {
                    overrides.remove(overridden.limit());
                    unlimited.remove(overridden.limit());
                    Long amount = overridden.amount();
                    if (amount == null) {
                        unlimited.add(overridden.limit());
                    } else {
                        overrides.put(overridden.limit(), amount);
                    }
                }
                case OverrideEnded ended -> {
                    overrides.remove(ended.limit());
                    unlimited.remove(ended.limit());
                }
                case Exempt set -> exempt = set.exempt();
                case OwnCalendar _ -> {}
            }
        }
        return new Terms(plan, overrides, unlimited, exempt);
    }

    /** What windows follow: the calendar of the plan, of the first one before there was any, and the account's own. */
    private OracleCalendar calendarAt(long time) {
        OracleCalendar plan = null;
        OwnCalendar own = new OwnCalendar(null, null, null, null, null);
        Entry first = null;
        for (Entry entry : timeline) {
            if (entry.change() instanceof OnPlan on) {
                if (first == null || entry.cutAt() < first.cutAt()) {
                    first = entry;
                }
                if (entry.cutAt() <= time) {
                    plan = calendarOf(on);
                }
            }
            if (entry.change() instanceof OwnCalendar set && entry.cutAt() <= time) {
                own = set;
            }
        }
        if (plan == null) {
            plan = first != null && first.change() instanceof OnPlan on ? calendarOf(on) : OracleCalendar.UTC;
        }
        return own.over(plan);
    }

    private OracleCalendar calendarOf(OnPlan on) {
        return plans.getOrDefault(on.planId(), OraclePlan.NONE).calendar();
    }

    private long uncutStart(Limit limit, long time) {
        return limit.windowStart(time, calendarAt(time));
    }

    private long uncutEnd(Limit limit, long time) {
        return limit.windowEnd(time, calendarAt(time));
    }

    private @Nullable Entry cutEnding(long end, boolean followsCalendar) {
        // One that resets or scales comes before changes of the calendar at the same moment.
        return timeline.stream()
                .filter(entry -> cuts(entry, followsCalendar) && entry.cutAt() == end)
                .min(Comparator.comparing(entry -> !cuts(entry, false)))
                .orElse(null);
    }

    private boolean cuts(Entry entry, boolean followsCalendar) {
        return entry.change() instanceof OnPlan on && !on.carry().equals("KEEP")
                || followsCalendar && moving.contains(entry);
    }

    private long startOf(Limit limit, long time) {
        long start = uncutStart(limit, time);
        for (Entry entry : timeline) {
            if (cuts(entry, limit.followsCalendar()) && entry.cutAt() <= time) {
                start = Math.max(start, entry.cutAt());
            }
        }
        return start;
    }

    private long endOf(Limit limit, long time) {
        long end = uncutEnd(limit, time);
        for (Entry entry : timeline) {
            if (cuts(entry, limit.followsCalendar()) && entry.cutAt() > time) {
                end = Math.min(end, entry.cutAt());
            }
        }
        return end;
    }

    private boolean isClosed(Limit limit, long time) {
        return limit.kind() == Kind.FIXED_WINDOW
                ? endOf(limit, time) + limit.graceMillis() <= streamTime
                : limit.isTooLate(time, streamTime, OracleCalendar.UTC);
    }

    private static Limit limitOf(OraclePlan plan, String limitId) {
        return plan.limits().stream()
                .filter(limit -> limit.id().equals(limitId))
                .findFirst()
                .orElseThrow();
    }

    private Cell cellOf(Limit limit, OracleEvent event) {
        return new Cell(
                limit.id(),
                limit.scopeKey(event),
                limit.kind() == Kind.FIXED_WINDOW ? startOf(limit, event.occurredAtMillis()) : -1);
    }

    private static long cost(OraclePlan plan, String meterId, OracleEvent event) {
        for (Meter meter : plan.meters()) {
            if (meter.id().equals(meterId)) {
                return meter.priceOf(event.endpoint()).of(event.units());
            }
        }
        return 0;
    }

    // Answers.

    /** Sum of the costs of counted events by meter, corrections taken into account. */
    public Map<String, Long> charged() {
        Map<String, Long> sums = new HashMap<>();
        for (Charge charge : charges) {
            if (charge.verdict == OracleVerdict.COUNTED && !charge.voided) {
                for (Meter meter : charge.plan.meters()) {
                    sums.merge(meter.id(), cost(charge.plan, meter.id(), charge.event), Long::sum);
                }
            }
        }
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    /**
     * Totals of fixed windows, as far as they are not 0. Two limits that share an id but not a way to count are not
     * told apart.
     */
    public Map<Cell, Long> totals() {
        Map<Cell, Long> totals = new HashMap<>(frozen);
        for (Charge charge : charges) {
            charge.inTotal.forEach((limitId, cost) -> {
                Limit limit = limitOf(charge.plan, limitId);
                if (limit.kind() == Kind.FIXED_WINDOW) {
                    totals.merge(cellOf(limit, charge.event), cost, Long::sum);
                }
            });
        }
        totals.values().removeIf(total -> total == 0);
        return totals;
    }

    /** Alerts of fixed windows that must hold now. */
    public Set<Held> heldInWindows() {
        Set<Held> held = new HashSet<>(heldInWindowsByStreamTime().keySet());
        held.removeAll(emittedEnds.keySet());
        return held;
    }

    /** The same whatever the clock has come to. */
    private Map<Held, Window> heldInWindowsByStreamTime() {
        Map<Held, Window> held = new HashMap<>();
        Set<Cell> done = new HashSet<>();
        for (Charge charge : charges) {
            for (Limit limit : charge.plan.limits()) {
                if (limit.kind() == Kind.FIXED_WINDOW) {
                    long time = charge.event.occurredAtMillis();
                    Cell cell = cellOf(limit, charge.event);
                    if (done.add(cell)) {
                        addHeld(held, cell, new Window(limit, cell.startMillis(), endOf(limit, time)));
                    }
                    // Parts of a cut window that nothing has happened in yet may have got their share from the part
                    // before, parts that a change of the calendar has made included.
                    long end = endOf(limit, time);
                    while (cutEnding(end, limit.followsCalendar()) != null) {
                        Cell next = new Cell(limit.id(), cell.scopeKey(), end);
                        end = endOf(limit, end);
                        if (done.add(next)) {
                            addHeld(held, next, new Window(limit, next.startMillis(), end));
                        }
                    }
                }
            }
        }
        return held;
    }

    /** When the fixed window that an alert is about ends, plan changes that cut it taken into account. */
    public long endOf(Cell cell) {
        Limit limit = plans.values().stream()
                .flatMap(plan -> plan.limits().stream())
                .filter(each -> each.id().equals(cell.limit()) && each.kind() == Kind.FIXED_WINDOW)
                .findFirst()
                .orElseThrow();
        return endOf(limit, cell.startMillis());
    }

    private long now() {
        return Math.max(streamTime, appliedUpTo);
    }

    private void addHeld(Map<Held, Window> held, Cell cell, Window window) {
        long end = window.end();
        if (end <= streamTime) {
            return;
        }
        Entry cut = cutEnding(end, window.limit().followsCalendar());
        Terms terms = cut != null && cut.effectiveAt() <= now()
                ? termsAt(cut.effectiveAt() - 1)
                : termsAt(end > now() ? now() : end - 1);
        Limit current = terms.limitLike(window.limit());
        if (current == null) {
            return;
        }
        List<Integer> shares = new ArrayList<>(current.usedBasisPoints());
        shares.removeIf(share -> share >= 10_000);
        shares.add(10_000);
        for (int share : shares) {
            Held each = new Held(cell, share);
            if (holdsInWindow(terms, window, each)) {
                held.put(each, window);
            }
        }
    }

    /** Whether a window is full enough for an alert under some terms. */
    private boolean holdsInWindow(Terms terms, Window window, Held held) {
        Limit current = terms.limitLike(window.limit());
        if (current == null || terms.exempt()) {
            return false;
        }
        Long amount = terms.amountOf(current);
        int share = held.usedBasisPoints();
        if (amount == null || share < 10_000 && !current.usedBasisPoints().contains(share)) {
            return false;
        }
        long used = usedIn(window.limit(), held.cell());
        return used > 0 && used * 10_000 >= amount * share;
    }

    /** Usage of a window with what a change has carried into it. */
    private long usedIn(Limit limit, Cell cell) {
        // What is in a closed total has been carried on and stays.
        long sum = frozen.getOrDefault(cell, 0L);
        for (Charge charge : charges) {
            for (Limit own : charge.plan.limits()) {
                if (own.countsLike(limit) && cellOf(own, charge.event).equals(cell)) {
                    sum += charge.inTotal.getOrDefault(own.id(), 0L);
                }
            }
        }
        return sum + carriedInto(limit, cell);
    }

    private long carriedInto(Limit limit, Cell cell) {
        Entry cut = cutEnding(cell.startMillis(), limit.followsCalendar());
        boolean resets =
                cut != null && cut.change() instanceof OnPlan on && on.carry().equals("RESET");
        if (cut == null
                || resets
                || cut.effectiveAt() > now()
                || uncutStart(limit, cut.cutAt()) == cut.cutAt()
                || uncutEnd(limit, cut.cutAt() - 1) == cut.cutAt()) {
            return 0;
        }
        long before = usedIn(limit, new Cell(cell.limit(), cell.scopeKey(), startOf(limit, cut.cutAt() - 1)));
        Terms oldTerms = termsAt(cut.effectiveAt() - 1);
        Terms newTerms = termsAt(cut.effectiveAt());
        Limit oldLimit = oldTerms.limitLike(limit);
        Limit newLimit = newTerms.limitLike(limit);
        boolean scales = cut.change() instanceof OnPlan on && on.carry().equals("SCALE");
        if (before == 0 || newLimit == null) {
            return 0;
        }
        if (!scales) {
            return before;
        }
        if (oldLimit == null) {
            return 0;
        }
        Long from = oldTerms.amountOf(oldLimit);
        Long to = newTerms.amountOf(newLimit);
        if (from == null || to == null) {
            return before;
        }
        return from == 0 ? to : (before * to + from - 1) / from;
    }

    /** The moment that alerts are about: stream time, or the date of a change that is known to hold already. */
    public long judgementTime() {
        return now();
    }

    /**
     * Levels of the limits without windows that the plan has now, at {@link #judgementTime()}, by limit and scope key:
     * of leaky buckets in units x period, of the others in units. Unlimited leaky buckets are left out; plan changes
     * that reset or scale are not taken into account.
     */
    public Map<Cell, BigInteger> levels() {
        Map<Cell, BigInteger> levels = new HashMap<>();
        Terms terms = termsAt(now());
        for (Limit limit : terms.plan().limits()) {
            for (String scopeKey : scopeKeys(limit)) {
                Cell cell = new Cell(limit.id(), scopeKey, -1);
                boolean isUnbounded = limit.kind() == Kind.LEAKY_BUCKET && terms.amountOf(limit) == null;
                if (limit.kind() != Kind.FIXED_WINDOW && !isUnbounded) {
                    levels.put(cell, levelOf(limit, scopeKey, now()));
                }
            }
        }
        return levels;
    }

    /**
     * Alerts of limits without windows that must hold now, and with {@code atMost} those that may: once raised, a
     * warning of a leaky bucket or sliding window holds until usage has gone down by another tenth of the amount. While
     * the clock has come to a change that stream time has not come to, none must.
     *
     * @param levels what {@link #levels} says
     */
    public Set<Held> heldOutsideWindows(Map<Cell, BigInteger> levels, boolean atMost) {
        Set<Held> held = heldOutsideWindowsByStreamTime(levels, atMost);
        boolean isAhead = announcedAhead() != null;
        held.removeIf(each -> {
            EmittedEnd end = emittedEnds.get(each);
            return atMost ? end != null && end.surely() : end != null || isAhead;
        });
        return held;
    }

    private Set<Held> heldOutsideWindowsByStreamTime(Map<Cell, BigInteger> levels, boolean atMost) {
        Set<Held> held = new HashSet<>();
        for (Limit limit : termsAt(now()).plan().limits()) {
            if (limit.kind() != Kind.FIXED_WINDOW) {
                List<Integer> shares = new ArrayList<>(limit.usedBasisPoints());
                shares.removeIf(share -> share >= 10_000);
                shares.add(10_000);
                levels.forEach((cell, level) -> {
                    if (cell.limit().equals(limit.id())) {
                        for (int share : shares) {
                            if (isReached(limit, level, share, atMost)) {
                                held.add(new Held(cell, share));
                            }
                        }
                    }
                });
            }
        }
        return held;
    }

    /**
     * Whether a level is enough for an alert by the terms of now.
     *
     * @param again whether it is enough for one that was raised before
     */
    private boolean isReached(Limit limit, BigInteger level, int share, boolean again) {
        Terms terms = termsAt(now());
        Long amount = terms.amountOf(limit);
        if (amount == null || terms.exempt() || level.signum() == 0) {
            return false;
        }
        BigInteger unit = BigInteger.valueOf(limit.kind() == Kind.LEAKY_BUCKET ? limit.lengthMillis() : 1);
        BigInteger full = BigInteger.valueOf(amount).multiply(unit);
        if (share >= 10_000) {
            // Full is a bucket in which one more unit has no room.
            return level.add(unit).compareTo(full) > 0;
        }
        BigInteger slack = again && limit.kind() != Kind.CONCURRENCY ? full.divide(BigInteger.TEN) : BigInteger.ZERO;
        return level.add(slack).multiply(BigInteger.valueOf(10_000)).compareTo(full.multiply(BigInteger.valueOf(share)))
                >= 0;
    }

    /** Whether an alert that was raised would hold at a later moment if nothing else happened, by the terms of now. */
    private boolean holdsOutsideWindows(Held held, long at) {
        return termsAt(now()).plan().limits().stream()
                .filter(limit -> limit.kind() != Kind.FIXED_WINDOW
                        && limit.id().equals(held.cell().limit()))
                .anyMatch(limit -> isReached(
                        limit,
                        levelOf(limit, held.cell().scopeKey(), Math.max(now(), at)),
                        held.usedBasisPoints(),
                        true));
    }

    private BigInteger levelOf(Limit limit, String scopeKey, long at) {
        return switch (limit.kind()) {
            case FIXED_WINDOW -> throw new IllegalArgumentException(limit.id() + " counts in windows");
            case LEAKY_BUCKET -> leakyLevel(limit, scopeKey, at);
            case SLIDING_WINDOW -> BigInteger.valueOf(slidingLevel(limit, scopeKey, at));
            case CONCURRENCY -> BigInteger.valueOf(inFlight(limit, scopeKey, at));
        };
    }

    private Set<String> scopeKeys(Limit limit) {
        Set<String> keys = new HashSet<>();
        charges.forEach(charge -> keys.add(limit.scopeKey(charge.event)));
        starts.forEach(seen -> keys.add(limit.scopeKey(seen.event())));
        return keys;
    }

    /**
     * Played through from the first call on, in the order of event times, leaking at the rate that held at each moment.
     */
    private BigInteger leakyLevel(Limit limit, String scopeKey, long at) {
        List<Charge> pours = charges.stream()
                .filter(charge -> pours(charge, limit, scopeKey))
                .sorted(Comparator.comparingLong(charge -> charge.event.occurredAtMillis()))
                .toList();
        BigInteger level = BigInteger.ZERO;
        long time = 0;
        for (Charge pour : pours) {
            level = leak(limit, level, time, pour.event.occurredAtMillis());
            time = pour.event.occurredAtMillis();
            long cost = pour.inTotal.getOrDefault(limit.id(), 0L);
            level = level.add(BigInteger.valueOf(cost).multiply(BigInteger.valueOf(limit.lengthMillis())));
        }
        return leak(limit, level, time, at);
    }

    private BigInteger leak(Limit limit, BigInteger before, long from, long to) {
        BigInteger level = before;
        long time = from;
        for (Entry entry : timeline) {
            if (entry.effectiveAt() > time && entry.effectiveAt() < to) {
                level = leak(level, rateAt(limit, time), entry.effectiveAt() - time);
                time = entry.effectiveAt();
            }
        }
        return leak(level, rateAt(limit, time), to - time);
    }

    /** The amount that held at a moment; while no plan had the limit, the last one before. Null is no bound. */
    private @Nullable Long rateAt(Limit limit, long time) {
        Long rate = limit.amount();
        for (Entry entry : timeline) {
            if (entry.effectiveAt() <= time) {
                Terms terms = termsAt(entry.effectiveAt());
                Limit then = terms.limitLike(limit);
                rate = then == null ? rate : terms.amountOf(then);
            }
        }
        return rate;
    }

    private static BigInteger leak(BigInteger level, @Nullable Long amount, long millis) {
        if (amount == null) {
            return millis > 0 ? BigInteger.ZERO : level;
        }
        return level.subtract(BigInteger.valueOf(amount).multiply(BigInteger.valueOf(millis)))
                .max(BigInteger.ZERO);
    }

    private static boolean pours(Charge charge, Limit limit, String scopeKey) {
        return limit.scopeKey(charge.event).equals(scopeKey)
                && charge.inTotal.containsKey(limit.id())
                && limitOf(charge.plan, limit.id()).countsLike(limit);
    }

    private long slidingLevel(Limit limit, String scopeKey, long at) {
        long newestPart = at / limit.part();
        return charges.stream()
                .filter(charge -> pours(charge, limit, scopeKey)
                        && charge.event.occurredAtMillis() / limit.part() > newestPart - 60)
                .mapToLong(charge -> charge.inTotal.getOrDefault(limit.id(), 0L))
                .sum();
    }

    private long inFlight(Limit limit, String scopeKey, long at) {
        return inFlight().stream()
                .filter(start -> start.plan().limits().stream().anyMatch(limit::countsLike)
                        && limit.scopeKey(start.event()).equals(scopeKey)
                        && start.time() + limit.lengthMillis() > at)
                .count();
    }
}
