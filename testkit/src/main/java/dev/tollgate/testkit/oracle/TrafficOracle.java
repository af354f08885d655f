package dev.tollgate.testkit.oracle;

import dev.tollgate.testkit.oracle.OraclePlan.Cap;
import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import dev.tollgate.testkit.oracle.OraclePlan.Price;
import dev.tollgate.testkit.oracle.RecountPlan.Limit;
import dev.tollgate.testkit.oracle.RecountPlan.Threshold;
import dev.tollgate.testkit.oracle.RecountPlan.Version;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recounts request events in the order of their log: verdicts, totals of fixed windows, levels of all other limits, and
 * everything that was reached. Accounts are on one plan for the whole history, or on none; of its versions the one in
 * force at the event's time applies. Of a limit no more than 1,000 projects or keys are told apart by the pipeline;
 * here all are.
 *
 * <pre>{@code
 * TrafficOracle recount = new TrafficOracle(60_000, 86_400_000);
 * accounts.forEach(account -> recount.assign(account, plan));
 * events.forEach(recount::add);
 * assertThat(recount.totals()).isEqualTo(whatThePipelineSays);
 * }</pre>
 *
 * <p>Not thread-safe. Remembers every event id.
 */
public final class TrafficOracle {
    private static final int WHOLE = 10_000;

    private final long allowedSkewMillis;
    private final long dedupeHorizonMillis;
    private final Map<String, RecountPlan> planByAccount = new HashMap<>();
    private final RecountPlan none = new RecountPlan("none", List.of());
    private final Map<String, AccountCount> accounts = new LinkedHashMap<>();
    private final List<Reached> reached = new ArrayList<>();
    /** By identity: comparing whole versions for each event would take most of the time. */
    private final IdentityHashMap<Version, Map<String, EndpointTerms>> termsByEndpoint = new IdentityHashMap<>();

    private final EnumMap<OracleVerdict, Long> verdicts = new EnumMap<>(OracleVerdict.class);

    /**
     * @param allowedSkewMillis how far an event may be ahead of its append time
     * @param dedupeHorizonMillis how far back an id is recognised
     */
    public TrafficOracle(long allowedSkewMillis, long dedupeHorizonMillis) {
        this.allowedSkewMillis = allowedSkewMillis;
        this.dedupeHorizonMillis = dedupeHorizonMillis;
    }

    /** Names one window of one limit. {@code scopeKey} is empty for the whole account and for calls that name none. */
    public record Window(String account, String limit, String scopeKey, long windowStartMillis) {}

    /** Names an alert of a window; {@code usedBasisPoints} is 10,000 for the block. */
    public record Crossing(Window window, int usedBasisPoints) {}

    /** Names what a limit holds for an account, project or key. */
    public record LimitKey(String account, String limit, String scopeKey) {}

    /**
     * What counts at a moment.
     *
     * @param windowed whether it goes as a whole, when its window ends
     * @param used usage, parts of a unit counted as one
     * @param untilMillis when nothing is left of it
     */
    public record Left(boolean windowed, long used, long untilMillis) {}

    /**
     * That a threshold or the full amount was reached.
     *
     * @param account account id
     * @param limit limit id
     * @param scopeKey project or key; empty for the whole account and for calls that name none
     * @param windowStartMillis start of the fixed window; null for other limits
     * @param eventId event that reached it; null where a new version of the plan did
     * @param usedBasisPoints the threshold as a used share; null for the full amount
     * @param advisory whether this is only reported
     * @param used usage then, parts of a unit counted as one
     * @param blockedUntilMillis when the block ends by itself, {@link Long#MAX_VALUE} for never; null if this blocks
     *     nothing
     */
    public record Reached(
            String account,
            String limit,
            String scopeKey,
            @Nullable Long windowStartMillis,
            @Nullable String eventId,
            @Nullable Integer usedBasisPoints,
            boolean advisory,
            long used,
            @Nullable Long blockedUntilMillis) {}

    /** The account is on this plan for the whole history. */
    public void assign(String account, OraclePlan plan) {
        assign(account, RecountPlan.of(plan));
    }

    /** The account is on this plan for the whole history. */
    public void assign(String account, RecountPlan plan) {
        planByAccount.put(account, plan);
    }

    public OracleVerdict add(OracleEvent event) {
        OracleVerdict verdict = judge(event);
        verdicts.merge(verdict, 1L, Long::sum);
        return verdict;
    }

    public void addAll(Collection<OracleEvent> events) {
        events.forEach(this::add);
    }

    /** How many events got each verdict; verdicts that none got are missing. */
    public Map<OracleVerdict, Long> verdicts() {
        return Map.copyOf(verdicts);
    }

    /** The total of each window that took a charge. */
    public Map<Window, Long> totals() {
        Map<Window, Long> totals = new HashMap<>();
        accounts.forEach(
                (id, account) -> account.cells.forEach((slot, cell) -> totals.put(slot.window(id), cell.total)));
        return totals;
    }

    /** Windows whose grace is over by the account's own stream time: the totals that are final. */
    public Set<Window> closedWindows() {
        Set<Window> closed = new HashSet<>();
        accounts.forEach((id, account) -> account.cells.forEach((slot, cell) -> {
            if (account.streamTime >= cell.closesAt()) {
                closed.add(slot.window(id));
            }
        }));
        return closed;
    }

    /** Everything that was reached, in the order of the events; what a correction or a new version undid included. */
    public List<Reached> reached() {
        return List.copyOf(reached);
    }

    /** What was reached in fixed windows: each threshold and each full amount once per window. */
    public Set<Crossing> crossings() {
        Set<Crossing> crossings = new HashSet<>();
        for (Reached each : reached) {
            if (each.windowStartMillis() != null) {
                crossings.add(new Crossing(
                        new Window(each.account(), each.limit(), each.scopeKey(), each.windowStartMillis()),
                        each.usedBasisPoints() == null ? WHOLE : each.usedBasisPoints()));
            }
        }
        return crossings;
    }

    /** How many alerts below the full amount were raised in fixed windows. */
    public long alerts() {
        return crossings().stream()
                .filter(crossing -> crossing.usedBasisPoints() < WHOLE)
                .count();
    }

    /** How many times a full amount was reached in fixed windows. */
    public long blocks() {
        return crossings().stream()
                .filter(crossing -> crossing.usedBasisPoints() == WHOLE)
                .count();
    }

    /**
     * What still counts at a moment by which all events have come: of limits with windows the total of the window that
     * the moment is in, of the others what has not gone away by then. Without limits of which nothing is left, and
     * without those that the plan does not have any more.
     */
    public Map<LimitKey, Left> left(long timeMillis) {
        Map<LimitKey, Left> left = new HashMap<>();
        accounts.forEach((id, account) -> {
            Version version = account.plan.at(timeMillis);
            account.cells.forEach((slot, cell) -> {
                if (slot.windowStartMillis() <= timeMillis
                        && timeMillis < cell.end
                        && version.limit(slot.limit()) != null) {
                    left.put(new LimitKey(id, slot.limit(), slot.scopeKey()), new Left(true, cell.total, cell.end));
                }
            });
            account.levels.forEach((key, level) -> {
                if (level.at(timeMillis).signum() > 0 && version.limit(key.limit()) != null) {
                    left.put(
                            new LimitKey(id, key.limit(), key.scopeKey()),
                            new Left(false, level.used(timeMillis), level.emptyAt(timeMillis)));
                }
            });
        });
        return left;
    }

    /** Highest event time by account, of the accounts of which an event was accepted. */
    public Map<String, Long> streamTimes() {
        Map<String, Long> times = new HashMap<>();
        accounts.forEach((id, account) -> {
            if (account.streamTime >= 0) {
                times.put(id, account.streamTime);
            }
        });
        return times;
    }

    /** Sum of the costs of counted events by meter, for one account. */
    public Map<String, Long> charged(String account) {
        AccountCount count = accounts.get(account);
        return count == null ? Map.of() : Map.copyOf(count.charged);
    }

    private OracleVerdict judge(OracleEvent event) {
        AccountCount account = accounts.computeIfAbsent(
                event.account(), id -> new AccountCount(id, planByAccount.getOrDefault(id, none)));
        if (event.occurredAtMillis() < 0 || event.appendedAtMillis() < event.occurredAtMillis() - allowedSkewMillis) {
            return OracleVerdict.REJECTED;
        }
        account.passClock(event.appendedAtMillis());
        return judge(account, event);
    }

    private OracleVerdict judge(AccountCount account, OracleEvent event) {
        long time = event.occurredAtMillis();
        long newest = Math.max(time, account.streamTime);
        long oldest = newest - dedupeHorizonMillis;
        if (time < oldest) {
            return OracleVerdict.LATE;
        }
        OracleEvent start = account.starts.get(event.id());
        if (start != null && start.occurredAtMillis() < oldest) {
            start = null;
        }
        if (account.ends.getOrDefault(event.id(), Long.MIN_VALUE) >= oldest || event.started() && start != null) {
            return OracleVerdict.DUPLICATE;
        }
        advance(account, newest);
        if (event.started()) {
            account.starts.put(event.id(), event);
            return start(account, event);
        }
        account.starts.remove(event.id());
        account.ends.put(event.id(), time);
        OracleVerdict verdict = count(account, event);
        if (start != null) {
            end(account, start);
        }
        return verdict;
    }

    /**
     * The account's stream time moves on. At the date of each new version everything that is open is looked at again.
     */
    private void advance(AccountCount account, long newest) {
        if (account.streamTime >= 0) {
            for (Version version : account.plan.versions()) {
                if (account.streamTime < version.effectiveFromMillis() && version.effectiveFromMillis() <= newest) {
                    account.streamTime = version.effectiveFromMillis();
                    lookAgain(account);
                }
            }
        }
        account.streamTime = newest;
    }

    private void lookAgain(AccountCount account) {
        long now = account.streamTime;
        account.levels.values().removeIf(level -> level.isForgotten(now));
        account.levels.forEach((key, level) -> {
            level.lapse(now);
            lookAgain(account, key, level, null);
        });
        account.cells.forEach((slot, cell) -> {
            if (cell.closesAt() > now) {
                lookAgain(account, slot, cell);
            }
        });
    }

    /** A call begins: it takes a place of each limit on calls in flight. */
    private OracleVerdict start(AccountCount account, OracleEvent event) {
        int tooLate = 0;
        int taken = 0;
        for (Limit limit : account.plan.at(event.occurredAtMillis()).limits()) {
            if (limit.counting().kind() == Kind.CONCURRENCY) {
                if (limit.counting().isTooLate(event.occurredAtMillis(), account.streamTime, account.plan.calendar())) {
                    tooLate++;
                } else {
                    taken++;
                    pour(account, limit, event, 1);
                }
            }
        }
        if (taken > 0) {
            return OracleVerdict.COUNTED;
        }
        return tooLate > 0 ? OracleVerdict.LATE : OracleVerdict.NOT_CONSUMING;
    }

    /** A call that was in flight has ended, however it ended. */
    private void end(AccountCount account, OracleEvent start) {
        account.levels.forEach((key, level) -> {
            if (level instanceof RecountLevel.Calls calls
                    && key.scopeKey().equals(calls.limit.scopeKey(start))
                    && calls.end(start.id(), account.streamTime)) {
                lookAgain(account, key, calls, start.id());
            }
        });
    }

    private OracleVerdict count(AccountCount account, OracleEvent event) {
        Version version = account.plan.at(event.occurredAtMillis());
        if (!version.chargedOutcomes().contains(event.outcome())) {
            return OracleVerdict.NOT_CONSUMING;
        }
        EndpointTerms terms = termsOf(version, event.endpoint());
        if (terms.isOverCap(event)) {
            return OracleVerdict.OVER_CALL_LIMIT;
        }
        Map<String, Long> costs = new LinkedHashMap<>();
        terms.prices().forEach((meter, price) -> costs.put(meter, price.of(event.units())));
        int tooLate = 0;
        List<Limit> taking = new ArrayList<>();
        for (Limit limit : version.limits()) {
            if (costs.getOrDefault(limit.counting().meter(), 0L) == 0
                    || limit.counting().kind() == Kind.CONCURRENCY) {
                continue;
            }
            if (limit.counting().isTooLate(event.occurredAtMillis(), account.streamTime, account.plan.calendar())) {
                tooLate++;
            } else {
                taking.add(limit);
            }
        }
        for (Limit limit : taking) {
            long cost = costs.getOrDefault(limit.counting().meter(), 0L);
            if (limit.counting().kind() == Kind.FIXED_WINDOW) {
                add(account, limit, event, cost);
            } else {
                pour(account, limit, event, cost);
            }
        }
        if (taking.isEmpty() && tooLate > 0) {
            return OracleVerdict.LATE;
        }
        costs.forEach((meter, cost) -> account.charged.merge(meter, cost, Long::sum));
        return OracleVerdict.COUNTED;
    }

    private void add(AccountCount account, Limit limit, OracleEvent event, long cost) {
        OraclePlan.Limit counting = limit.counting();
        long time = event.occurredAtMillis();
        OracleCalendar calendar = account.plan.calendar();
        Slot slot = new Slot(counting.id(), counting.scopeKey(event), counting.windowStart(time, calendar));
        Cell cell = account.cells.computeIfAbsent(
                slot, key -> new Cell(counting.windowEnd(time, calendar), counting.graceMillis()));
        cell.total = Math.addExact(cell.total, cost);
        raise(account, slot, cell, judging(account, slot, cell), event.id());
    }

    private void pour(AccountCount account, Limit limit, OracleEvent event, long cost) {
        LevelKey key = new LevelKey(limit.id(), limit.counting().scopeKey(event));
        RecountLevel level = account.levels.get(key);
        if (level == null || level.isForgotten(account.streamTime)) {
            level = RecountLevel.of(limit.counting());
            account.levels.put(key, level);
        }
        level.lapse(account.streamTime);
        Limit judging = account.version().limit(key.limit());
        if (event.occurredAtMillis() < account.streamTime) {
            if (judging != null) {
                level.follow(judging.counting().amount(), account.streamTime);
            }
            level.countOnNothingBefore(
                    sameAmountSince(account, limit, level, event.occurredAtMillis()), account.streamTime);
        }
        level.take(event.id(), event.occurredAtMillis(), cost, account.streamTime);
        if (judging != null) {
            level.follow(judging.counting().amount(), account.streamTime);
            raise(account, key, level, judging, event.id());
        }
    }

    /** Since when the amount has been what it is now, as far as that is after an event of the past. */
    private static long sameAmountSince(AccountCount account, Limit then, RecountLevel level, long eventTime) {
        Long amount = then.counting().amount();
        long since = Long.MIN_VALUE;
        for (Version version : account.plan.versions()) {
            if (eventTime < version.effectiveFromMillis() && version.effectiveFromMillis() <= account.streamTime) {
                if (!Objects.equals(amount, level.amount)) {
                    since = version.effectiveFromMillis();
                }
                Limit next = version.limit(then.id());
                if (next != null) {
                    amount = next.counting().amount();
                }
            }
        }
        return Objects.equals(amount, level.amount) ? since : account.streamTime;
    }

    /** The version that a window is judged by: the one that holds now, or that held when the window ended. */
    private static @Nullable Limit judging(AccountCount account, Slot slot, Cell cell) {
        return account.plan.at(Math.min(account.streamTime, cell.end - 1)).limit(slot.limit());
    }

    /** What holds and should not is over; what should hold is raised. */
    private void lookAgain(AccountCount account, Slot slot, Cell cell) {
        Limit limit = judging(account, slot, cell);
        cell.held.removeIf(each -> !stillHolds(each, limit)
                || limit == null
                || limit.counting().amount() == null
                || BigInteger.valueOf(cell.total)
                                .compareTo(RecountHeld.endsBelow(
                                        limit.counting(), limit.counting().amount(), each.threshold()))
                        < 0);
        raise(account, slot, cell, limit, null);
    }

    private void lookAgain(AccountCount account, LevelKey key, RecountLevel level, @Nullable String eventId) {
        Limit limit = account.version().limit(key.limit());
        if (limit == null) {
            level.held.clear();
            level.endedAt.clear();
            return;
        }
        level.follow(limit.counting().amount(), account.streamTime);
        level.held.removeIf(each -> !stillHolds(each, limit) || level.amount == null);
        level.lapse(account.streamTime);
        raise(account, key, level, limit, eventId);
    }

    private static boolean stillHolds(RecountHeld held, @Nullable Limit limit) {
        return limit != null
                && held.advisory() == limit.advisory()
                && (held.threshold() == null || limit.thresholds().contains(held.threshold()));
    }

    private void raise(AccountCount account, Slot slot, Cell cell, @Nullable Limit limit, @Nullable String eventId) {
        if (limit == null || limit.counting().amount() == null) {
            return;
        }
        for (Threshold threshold : targets(limit)) {
            BigInteger line =
                    RecountHeld.line(limit.counting(), limit.counting().amount(), threshold);
            if (BigInteger.valueOf(cell.total).compareTo(line) >= 0 && !holds(cell.held, threshold)) {
                cell.held.add(new RecountHeld(threshold, limit.advisory()));
                reached.add(new Reached(
                        account.id,
                        slot.limit(),
                        slot.scopeKey(),
                        slot.windowStartMillis(),
                        eventId,
                        threshold == null ? null : threshold.usedBasisPoints(),
                        limit.advisory(),
                        cell.total,
                        threshold == null && !limit.advisory() ? cell.end : null));
            }
        }
    }

    private void raise(AccountCount account, LevelKey key, RecountLevel level, Limit limit, @Nullable String eventId) {
        Long amount = level.amount;
        if (amount == null) {
            return;
        }
        long now = account.streamTime;
        for (Threshold threshold : targets(limit)) {
            BigInteger line = RecountHeld.line(limit.counting(), amount, threshold);
            boolean isReached = holds(level.held, threshold)
                    ? outlastsItsEnd(account, key, level, threshold)
                    : level.at(now).compareTo(line) >= 0;
            if (isReached) {
                RecountHeld held = new RecountHeld(threshold, limit.advisory());
                level.held.add(held);
                level.endedAt.remove(held);
                reached.add(new Reached(
                        account.id,
                        key.limit(),
                        key.scopeKey(),
                        null,
                        eventId,
                        threshold == null ? null : threshold.usedBasisPoints(),
                        limit.advisory(),
                        level.used(now),
                        threshold == null && !limit.advisory() ? level.firstBelow(line, now) : null));
            }
        }
    }

    /** Whether the clock has ended what would have held longer, had all been known then that is known now. */
    private static boolean outlastsItsEnd(
            AccountCount account, LevelKey key, RecountLevel level, @Nullable Threshold threshold) {
        Long amount = level.amount;
        for (Map.Entry<RecountHeld, Long> ended : level.endedAt.entrySet()) {
            RecountHeld held = ended.getKey();
            if (amount != null && Objects.equals(held.threshold(), threshold)) {
                long then = ended.getValue();
                BigInteger line = RecountHeld.endsBelow(level.limit, amount, threshold);
                return level.firstBelow(line, account.streamTime) > then
                        && isHeldAt(account.plan.at(then).limit(key.limit()), held, level.at(then));
            }
        }
        return false;
    }

    private static boolean isHeldAt(@Nullable Limit limit, RecountHeld held, BigInteger level) {
        if (limit == null || !stillHolds(held, limit)) {
            return false;
        }
        Long amount = limit.counting().amount();
        return amount != null
                && level.compareTo(RecountHeld.endsBelow(limit.counting(), amount, held.threshold())) >= 0;
    }

    /** Each threshold, and null for the full amount. */
    private static List<@Nullable Threshold> targets(Limit limit) {
        List<@Nullable Threshold> targets = new ArrayList<>(limit.thresholds());
        targets.add(null);
        return targets;
    }

    private static boolean holds(Set<RecountHeld> held, @Nullable Threshold threshold) {
        return held.stream().anyMatch(each -> Objects.equals(each.threshold(), threshold));
    }

    private EndpointTerms termsOf(Version version, String endpoint) {
        return termsByEndpoint
                .computeIfAbsent(version, key -> new HashMap<>())
                .computeIfAbsent(endpoint, key -> EndpointTerms.of(version, key));
    }

    /** What calls of one endpoint cost and how large they may be. */
    private record EndpointTerms(Map<String, Price> prices, Map<String, Cap> caps) {
        private static EndpointTerms of(Version version, String endpoint) {
            Map<String, Price> prices = new LinkedHashMap<>();
            for (Meter meter : version.meters()) {
                prices.put(meter.id(), meter.priceOf(endpoint));
            }
            Map<String, Cap> caps = new HashMap<>();
            for (Cap cap : version.caps()) {
                if (OraclePlan.matches(cap.pattern(), endpoint)) {
                    caps.merge(
                            cap.dimension(),
                            cap,
                            (one, other) -> OraclePlan.isMoreSpecific(other.pattern(), one.pattern()) ? other : one);
                }
            }
            return new EndpointTerms(prices, caps);
        }

        private boolean isOverCap(OracleEvent event) {
            return isOver("INPUT_TOKENS", event.inputTokens())
                    || isOver("OUTPUT_ITEMS", event.outputItems())
                    || isOver("UNITS", event.units());
        }

        private boolean isOver(String dimension, @Nullable Long value) {
            Cap cap = caps.get(dimension);
            return cap != null && value != null && value > cap.max();
        }
    }

    /** What is known about one account. */
    private static final class AccountCount {
        private final String id;
        private final RecountPlan plan;
        private long streamTime = -1;

        /** The highest append time of its accepted events. It ends what time alone ends before stream time does. */
        private long clock;

        /** Calls whose end has not come. */
        private final Map<String, OracleEvent> starts = new HashMap<>();

        private final Map<String, Long> ends = new HashMap<>();
        private final Map<Slot, Cell> cells = new LinkedHashMap<>();
        private final Map<LevelKey, RecountLevel> levels = new LinkedHashMap<>();
        private final Map<String, Long> charged = new HashMap<>();

        private AccountCount(String id, RecountPlan plan) {
            this.id = id;
            this.plan = plan;
        }

        /** The version that holds now. */
        private Version version() {
            return plan.at(streamTime);
        }

        private void passClock(long appendedAt) {
            long until = Math.max(clock, appendedAt);
            if (clock > 0) {
                levels.values().forEach(level -> level.passClock(clock, until, streamTime));
            }
            clock = until;
        }
    }

    /** Names a window within its account. */
    private record Slot(String limit, String scopeKey, long windowStartMillis) {
        private Window window(String account) {
            return new Window(account, limit, scopeKey, windowStartMillis);
        }
    }

    /** Names what a limit without windows holds, within its account. */
    private record LevelKey(String limit, String scopeKey) {}

    /** One window. */
    private static final class Cell {
        private final long end;
        private final long grace;
        private long total;
        private final Set<RecountHeld> held = new HashSet<>();

        private Cell(long end, long grace) {
            this.end = end;
            this.grace = grace;
        }

        private long closesAt() {
            return end + grace;
        }
    }
}
