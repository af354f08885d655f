package dev.tollgate.testkit.oracle;

import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.OraclePlan.Limit;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Recounts request events in the order in which they were published: verdicts, and for fixed windows totals, alerts and
 * blocks. Other limits only take part in the verdicts.
 * Accounts are on one plan for the whole history, or on none.
 *
 * <pre>{@code
 * Recount recount = new Recount(60_000, 86_400_000);
 * accounts.forEach(account -> recount.assign(account, plan));
 * events.forEach(recount::add);
 * assertThat(recount.totals()).isEqualTo(whatThePipelineSays);
 * }</pre>
 *
 * <p>Not thread-safe. Remembers every event id within the dedupe horizon.
 */
public final class Recount {
    private final long allowedSkewMillis;
    private final long dedupeHorizonMillis;
    private final Map<String, OraclePlan> planByAccount = new HashMap<>();
    private final Map<String, AccountCount> accounts = new LinkedHashMap<>();
    /** By identity: comparing whole plans for each event would take most of the time. */
    private final Map<OraclePlan, Map<String, List<Long>>> flatPrices = new IdentityHashMap<>();

    private final EnumMap<OracleVerdict, Long> verdicts = new EnumMap<>(OracleVerdict.class);

    /**
     * @param allowedSkewMillis how far an event may be ahead of its append time
     * @param dedupeHorizonMillis how far back an id is recognised
     */
    public Recount(long allowedSkewMillis, long dedupeHorizonMillis) {
        this.allowedSkewMillis = allowedSkewMillis;
        this.dedupeHorizonMillis = dedupeHorizonMillis;
    }

    /** Names one window of one limit. {@code scopeKey} is empty for the whole account and for calls that name none. */
    public record Window(String account, String limit, String scopeKey, long windowStartMillis) {}

    /** Names an alert; {@code usedBasisPoints} is 10,000 for the block. */
    public record Crossing(Window window, int usedBasisPoints) {}

    /** The account is on this plan for the whole history. */
    public void assign(String account, OraclePlan plan) {
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
            if (account.streamTime >= cell.closesAt) {
                closed.add(slot.window(id));
            }
        }));
        return closed;
    }

    /** Everything that was reached: each threshold and each full amount once per window. */
    public Set<Crossing> crossings() {
        Set<Crossing> crossings = new HashSet<>();
        accounts.forEach((id, account) -> account.cells.forEach(
                (slot, cell) -> cell.reached.forEach(share -> crossings.add(new Crossing(slot.window(id), share)))));
        return crossings;
    }

    /** How many alerts below the full amount were raised. */
    public long alerts() {
        return crossings().stream()
                .filter(crossing -> crossing.usedBasisPoints() < 10_000)
                .count();
    }

    /** How many times a full amount was reached. */
    public long blocks() {
        return crossings().stream()
                .filter(crossing -> crossing.usedBasisPoints() == 10_000)
                .count();
    }

    /** Sum of the costs of counted events by meter, for one account. */
    public Map<String, Long> charged(String account) {
        AccountCount count = accounts.get(account);
        return count == null ? Map.of() : Map.copyOf(count.charged);
    }

    private OracleVerdict judge(OracleEvent event) {
        AccountCount account = accounts.computeIfAbsent(event.account(), id -> new AccountCount());
        OraclePlan plan = planByAccount.getOrDefault(event.account(), OraclePlan.NONE);
        long time = event.occurredAtMillis();
        if (time < 0 || event.appendedAtMillis() < time - allowedSkewMillis) {
            return OracleVerdict.REJECTED;
        }
        long newest = Math.max(time, account.streamTime);
        if (time < newest - dedupeHorizonMillis) {
            return OracleVerdict.LATE;
        }
        if (account.endsSeen.getOrDefault(event.id(), Long.MIN_VALUE) >= newest - dedupeHorizonMillis
                || event.started()
                        && account.startsSeen.getOrDefault(event.id(), Long.MIN_VALUE)
                                >= newest - dedupeHorizonMillis) {
            return OracleVerdict.DUPLICATE;
        }
        (event.started() ? account.startsSeen : account.endsSeen).put(event.id(), time);
        if (!event.started()) {
            // Once a call has ended, only its end is remembered.
            account.startsSeen.remove(event.id());
        }
        account.streamTime = newest;
        if (event.started()) {
            return start(account, plan, event);
        }
        if (!plan.chargedOutcomes().contains(event.outcome())) {
            return OracleVerdict.NOT_CONSUMING;
        }
        if (plan.isOverCap(event)) {
            return OracleVerdict.OVER_CALL_LIMIT;
        }
        return charge(account, plan, event);
    }

    private static OracleVerdict start(AccountCount account, OraclePlan plan, OracleEvent event) {
        List<Limit> limits = plan.limits().stream()
                .filter(limit -> limit.kind() == Kind.CONCURRENCY)
                .toList();
        if (limits.isEmpty()) {
            return OracleVerdict.NOT_CONSUMING;
        }
        return limits.stream().allMatch(limit -> limit.isTooLate(event.occurredAtMillis(), account.streamTime))
                ? OracleVerdict.LATE
                : OracleVerdict.COUNTED;
    }

    private OracleVerdict charge(AccountCount account, OraclePlan plan, OracleEvent event) {
        Map<String, Long> costs = costs(plan, event);
        int tooLate = 0;
        int taken = 0;
        for (Limit limit : plan.limits()) {
            long cost = costs.getOrDefault(limit.meter(), 0L);
            if (cost == 0 || limit.kind() == Kind.CONCURRENCY) {
                continue;
            }
            if (limit.isTooLate(event.occurredAtMillis(), account.streamTime)) {
                tooLate++;
                continue;
            }
            taken++;
            if (limit.kind() != Kind.FIXED_WINDOW) {
                continue;
            }
            long closesAt = limit.windowEnd(event.occurredAtMillis()) + limit.graceMillis();
            Slot slot = new Slot(limit.id(), limit.scopeKey(event), limit.windowStart(event.occurredAtMillis()));
            Cell cell = account.cells.computeIfAbsent(slot, key -> new Cell(closesAt));
            cell.total += cost;
            noteReached(limit, cell);
        }
        if (taken == 0 && tooLate > 0) {
            return OracleVerdict.LATE;
        }
        costs.forEach((meter, cost) -> account.charged.merge(meter, cost, Long::sum));
        return OracleVerdict.COUNTED;
    }

    /** Nothing is reached before something is used, even of an amount of 0. */
    private static void noteReached(Limit limit, Cell cell) {
        Long amount = limit.amount();
        if (amount == null || cell.total == 0) {
            return;
        }
        for (int share : limit.usedBasisPoints()) {
            if (cell.total * 10_000 >= amount * share) {
                cell.reached.add(share);
            }
        }
        if (cell.total >= amount) {
            cell.reached.add(10_000);
        }
    }

    private Map<String, Long> costs(OraclePlan plan, OracleEvent event) {
        if (event.units() == null) {
            List<Long> flat = flatPrices
                    .computeIfAbsent(plan, key -> new HashMap<>())
                    .computeIfAbsent(event.endpoint(), endpoint -> pricesOf(plan, event));
            return named(plan, flat);
        }
        return named(plan, pricesOf(plan, event));
    }

    private static List<Long> pricesOf(OraclePlan plan, OracleEvent event) {
        List<Long> prices = new ArrayList<>();
        for (Meter meter : plan.meters()) {
            prices.add(meter.priceOf(event.endpoint()).of(event.units()));
        }
        return prices;
    }

    private static Map<String, Long> named(OraclePlan plan, List<Long> prices) {
        Map<String, Long> costs = new LinkedHashMap<>();
        for (int i = 0; i < prices.size(); i++) {
            costs.put(plan.meters().get(i).id(), prices.get(i));
        }
        return costs;
    }

    /** What is known about one account. */
    private static final class AccountCount {
        private long streamTime = -1;
        private final Map<String, Long> startsSeen = new HashMap<>();
        private final Map<String, Long> endsSeen = new HashMap<>();
        private final Map<Slot, Cell> cells = new HashMap<>();
        private final Map<String, Long> charged = new HashMap<>();
    }

    /** Names a window within its account. */
    private record Slot(String limit, String scopeKey, long windowStartMillis) {
        private Window window(String account) {
            return new Window(account, limit, scopeKey, windowStartMillis);
        }
    }

    /** One window. */
    private static final class Cell {
        private final long closesAt;
        private long total;
        private final Set<Integer> reached = new TreeSet<>();

        private Cell(long closesAt) {
            this.closesAt = closesAt;
        }
    }
}
