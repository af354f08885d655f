package dev.tollgate.gate;

import dev.tollgate.gate.internal.account.AccountRegistry;
import dev.tollgate.gate.internal.account.Caller;
import dev.tollgate.gate.internal.account.GateAccount;
import dev.tollgate.gate.internal.account.GateTerms;
import dev.tollgate.gate.internal.counter.Counter;
import dev.tollgate.gate.internal.counter.CounterRule;
import dev.tollgate.gate.internal.counter.TrackedCall;
import dev.tollgate.gate.internal.feed.Feed;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.EndpointPricing;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.event.DeliveryListener;
import dev.tollgate.schemas.topic.LimitStateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides from memory whether a call may go ahead, and counts what it lets through until a snapshot of the accounting
 * tells of it. A decision reads the account's terms and touches its counters only; everything else that a gate knows is
 * written by the feed, on a thread of its own. A decision must do no I/O, take no lock, throw nothing, and, for an
 * allowed call of a known account and endpoint, allocate nothing.
 *
 * <pre>{@code
 * try (Gate gate = Gate.of(GateConfig.from(settings))) {
 *     gate.start();
 *     Decision decision = gate.check("acme", "POST /v2/mem-it");
 *     if (!decision.allowed()) {
 *         respond(decision.status(), decision.headers());
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #check} is for callers who do not tell when a call is over. {@link #begin} is for those who do, which is
 * more exact for calls that take long or fail, and is what concurrency limits need; the filters use it.
 *
 * <p>Thread-safe. What exactly is promised, also about several gates, is in {@code docs/gate.md}.
 */
public final class Gate implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    private static final String NOT_READY = "The limits are not known yet.";
    private static final String UNKNOWN_ACCOUNT = "The account is not known.";

    /** Errors are logged once a minute at most. */
    private static final long ERROR_LOG_INTERVAL_MILLIS = 60_000;

    static {
        // For those who make snapshots and plans themselves.
        AvroTypes.trust();
    }

    private final GateConfig config;
    private final LongSupplier clock;
    private final GateMetrics metrics = new GateMetrics();
    private final AccountRegistry accounts;
    private final @Nullable Feed feed;
    private final Decision allowedUnknown = Decision.allowed(Map::of);
    private final long feedMaxAgeMillis;
    private final long snapshotMaxAgeMillis;
    private volatile long errorLoggedAtMillis;

    private Gate(GateConfig config, LongSupplier clock, Predicate<String> filter, boolean followsKafka) {
        this.config = config;
        this.clock = clock;
        this.accounts = new AccountRegistry(config, metrics.intake, filter, clock, this::allowed);
        this.feed = followsKafka ? new Feed(config, accounts, metrics.intake, clock) : null;
        this.feedMaxAgeMillis = config.feedMaxAge().toMillis();
        this.snapshotMaxAgeMillis = config.snapshotMaxAge().isZero()
                ? Long.MAX_VALUE
                : config.snapshotMaxAge().toMillis();
    }

    /** A gate for all accounts that goes by the system's clock. */
    public static Gate of(GateConfig config) {
        return of(config, System::currentTimeMillis, account -> true);
    }

    /**
     * A gate.
     *
     * @param clock milliseconds since the epoch; windows end and blocks expire by it
     * @param filter which accounts this service serves; of the others nothing is kept
     */
    public static Gate of(GateConfig config, LongSupplier clock, Predicate<String> filter) {
        return new Gate(config, clock, filter, true);
    }

    /**
     * A gate that follows no topic and knows what it is told through {@link #apply(LimitState)} and
     * {@link #apply(Plan)}: for the tests of services, and for other ways of transport. Always counts as fresh.
     */
    public static Gate unfed(GateConfig config, LongSupplier clock) {
        return new Gate(config, clock, account -> true, false);
    }

    /**
     * Begins to follow the topics and waits until everything that they hold now has been read, at most for
     * {@link GateConfig#startTimeout()}. If that does not suffice the gate goes on trying, and answers by
     * {@link GateConfig#startPolicy()} until it has.
     *
     * @return whether it has read everything
     * @throws InterruptedException if interrupted while it waits; the gate goes on
     */
    public boolean start() throws InterruptedException {
        log.info("gate starts: {}", config);
        return feed == null || feed.start(config.startTimeout());
    }

    /** Stops following the topics. What is known stays known; it goes stale. */
    @Override
    public void close() {
        if (feed != null) {
            feed.close();
        }
    }

    /** {@link #check(Call)} for a call of one unit of the account as a whole. */
    public Decision check(String accountId, String endpoint) {
        return check(accountId, null, null, endpoint, Call.UNKNOWN);
    }

    /** {@link #check(Call)} for a call of so many units. */
    public Decision check(
            String accountId, @Nullable String projectId, @Nullable String apiKeyId, String endpoint, long units) {
        return check(accountId, projectId, apiKeyId, endpoint, units, Call.UNKNOWN, Call.UNKNOWN);
    }

    /**
     * What {@link #check(Call)} would answer now: counts the call nowhere, neither in limits nor in {@link #metrics()}.
     * By the time of the real call others may have taken what was left.
     */
    public Decision dryRun(Call call) {
        return dryRun(call, clock.getAsLong());
    }

    private Decision dryRun(Call call, long now) {
        try {
            if (!isReady()) {
                return unknown(config.startPolicy(), NOT_READY);
            }
            GateAccount account = accountOf(call.accountId(), now);
            if (account == null) {
                return unknown(config.unknownAccount(), UNKNOWN_ACCOUNT);
            }
            GateTerms terms = account.termsAt(now);
            Caller caller = terms.callerOf(call.projectId(), call.apiKeyId());
            EndpointPricing pricing = terms.plan.pricingOf(call.endpoint());
            return preview(account, terms, caller, pricing, call, now);
        } catch (RuntimeException e) {
            return failed(e, now);
        }
    }

    /** {@link #dryRun}, and what the call would take of each limit, all at one moment. */
    public Quote quote(Call call) {
        long now = clock.getAsLong();
        Decision decision = dryRun(call, now);
        try {
            GateAccount account = isReady() ? accountOf(call.accountId(), now) : null;
            GateTerms terms = account == null ? null : account.termsAt(now);
            if (terms == null || !terms.plan.isInCatalog) {
                return new Quote(decision, null, List.of());
            }
            Caller caller = terms.callerOf(call.projectId(), call.apiKeyId());
            EndpointPricing pricing = terms.plan.pricingOf(call.endpoint());
            List<Quote.LimitCost> costs = new ArrayList<>();
            for (int i = 0; i < terms.rules.length; i++) {
                costs.add(quote(terms.rules[i], caller.counters[i], pricing, call, now));
            }
            return new Quote(decision, new Quote.PlanRef(terms.plan.planId, terms.plan.version), costs);
        } catch (RuntimeException e) {
            return new Quote(failed(e, now), null, List.of());
        }
    }

    private static Quote.LimitCost quote(
            CounterRule rule, Counter counter, EndpointPricing pricing, Call call, long now) {
        long cost = priceOf(rule, pricing, call.units());
        boolean fits = cost == 0 || rule.isUnlimited() || counter.hasRoom(rule, now, cost);
        String scopeKey = switch (rule.scope()) {
            case PROJECT -> call.projectId();
            case API_KEY -> call.apiKeyId();
            case ACCOUNT, UNKNOWN -> "";
        };
        return new Quote.LimitCost(
                rule.limitId(),
                rule.meterId(),
                rule.algorithm(),
                rule.scope(),
                scopeKey == null ? "" : scopeKey,
                rule.enforced(),
                cost,
                counter.used(rule, now),
                rule.isUnlimited() ? null : (Long) rule.amount(),
                fits,
                fits ? (Long) now : cost > rule.amount() ? null : (Long) counter.roomAt(rule, now, cost));
    }

    /** Decides on a call and, if it is allowed, counts it as one that is over at once and succeeds. */
    public Decision check(Call call) {
        return check(
                call.accountId(),
                call.projectId(),
                call.apiKeyId(),
                call.endpoint(),
                call.units(),
                call.inputTokens(),
                call.outputItems());
    }

    private Decision check(
            String accountId,
            @Nullable String projectId,
            @Nullable String apiKeyId,
            String endpoint,
            long units,
            long inputTokens,
            long outputItems) {
        long now = clock.getAsLong();
        try {
            if (!isReady()) {
                return counted(unknown(config.startPolicy(), NOT_READY));
            }
            GateAccount account = accountOf(accountId, now);
            if (account == null) {
                return counted(unknown(config.unknownAccount(), UNKNOWN_ACCOUNT));
            }
            GateTerms terms = account.termsAt(now);
            Caller caller = terms.callerOf(projectId, apiKeyId);
            EndpointPricing pricing = terms.plan.pricingOf(endpoint);
            return counted(decide(account, terms, caller, pricing, units, inputTokens, outputItems, now, true));
        } catch (RuntimeException e) {
            return counted(failed(e, now));
        }
    }

    /**
     * Decides on a call that will say when it is over. Each permit of an allowed call has to be {@linkplain Permit#end
     * ended}; one that never is counts as charged, and gives its place in a concurrency limit back when the lease runs
     * out.
     */
    public Permit begin(Call call) {
        long now = clock.getAsLong();
        try {
            if (!isReady()) {
                return noted(counted(unknown(config.startPolicy(), NOT_READY)));
            }
            GateAccount account = accountOf(call.accountId(), now);
            if (account == null) {
                return noted(counted(unknown(config.unknownAccount(), UNKNOWN_ACCOUNT)));
            }
            GateTerms terms = account.termsAt(now);
            Caller caller = terms.callerOf(call.projectId(), call.apiKeyId());
            EndpointPricing pricing = terms.plan.pricingOf(call.endpoint());
            Decision decision = counted(decide(
                    account, terms, caller, pricing, call.units(), call.inputTokens(), call.outputItems(), now, false));
            return decision.allowed() && !terms.exempt
                    ? new Permit(
                            decision,
                            (outcome, tracked) ->
                                    end(account, terms, caller, pricing, call.units(), now, outcome, tracked))
                    : noted(decision);
        } catch (RuntimeException e) {
            return noted(counted(failed(e, now)));
        }
    }

    private static Permit noted(Decision decision) {
        return new Permit(decision, (outcome, tracked) -> DeliveryListener.NONE);
    }

    private Decision decide(
            GateAccount account,
            GateTerms terms,
            Caller caller,
            EndpointPricing pricing,
            long units,
            long inputTokens,
            long outputItems,
            long now,
            boolean closed) {
        // Denied calls too: who is denied all the time must not be forgotten for it.
        account.touch(now);
        if (terms.suspendedUntilMillis > now) {
            return suspended(terms, now);
        }
        if (!terms.exempt) {
            if (units > pricing.maxUnits()
                    || inputTokens > pricing.maxInputTokens()
                    || outputItems > pricing.maxOutputItems()) {
                return overCallLimit(terms, caller, pricing, units, inputTokens, now);
            }
            boolean stale = isStale(account, now);
            CounterRule[] rules = terms.rules;
            Counter[] counters = caller.counters;
            for (int i = 0; i < rules.length; i++) {
                CounterRule rule = rules[i];
                long cost = costOf(rule, pricing, units);
                if (cost > 0 && ((stale && rule.closedWhenStale()) || !counters[i].take(rule, now, cost, closed))) {
                    undo(rules, counters, pricing, units, now, closed, i);
                    return denied(terms, caller, pricing, units, now, stale);
                }
            }
        }
        account.admitted(now);
        return caller.allowed;
    }

    /** As {@link #decide}, of which it changes nothing: room is looked for and not taken. */
    private Decision preview(
            GateAccount account, GateTerms terms, Caller caller, EndpointPricing pricing, Call call, long now) {
        if (terms.suspendedUntilMillis > now) {
            return suspended(terms, now);
        }
        if (terms.exempt) {
            return caller.allowed;
        }
        if (call.units() > pricing.maxUnits()
                || call.inputTokens() > pricing.maxInputTokens()
                || call.outputItems() > pricing.maxOutputItems()) {
            return overCallLimit(terms, caller, pricing, call.units(), call.inputTokens(), now);
        }
        boolean stale = isStale(account, now);
        for (int i = 0; i < terms.rules.length; i++) {
            CounterRule rule = terms.rules[i];
            long cost = costOf(rule, pricing, call.units());
            if (cost > 0 && ((stale && rule.closedWhenStale()) || !caller.counters[i].hasRoom(rule, now, cost))) {
                return denied(terms, caller, pricing, call.units(), now, stale);
            }
        }
        return caller.allowed;
    }

    private Decision counted(Decision decision) {
        Reason reason = decision.reason();
        if (reason != null) {
            metrics.denied(reason);
        } else if (decision == allowedUnknown) {
            metrics.allowedUnknown.increment();
        } else {
            metrics.allowed.increment();
        }
        return decision;
    }

    /** What a call takes of a limit; 0 where the limit has no say. */
    private static long costOf(CounterRule rule, EndpointPricing pricing, long units) {
        return rule.binds() ? priceOf(rule, pricing, units) : 0;
    }

    /** What a call takes of a limit, whether or not that has a say. */
    private static long priceOf(CounterRule rule, EndpointPricing pricing, long units) {
        if (rule.isConcurrency()) {
            return 1;
        }
        if (rule.meterIndex() < 0) {
            return 0;
        }
        // Nobody is charged more for one event; units that are not known are one.
        return pricing.cost(rule.meterIndex()).ofAtMost(units < 0 ? 1 : units, Bounds.MAX_EVENT_COST);
    }

    private static void undo(
            CounterRule[] rules,
            Counter[] counters,
            EndpointPricing pricing,
            long units,
            long now,
            boolean closed,
            int end) {
        for (int i = 0; i < end; i++) {
            long cost = costOf(rules[i], pricing, units);
            if (cost > 0) {
                counters[i].giveBack(rules[i], now, cost, closed);
            }
        }
    }

    private DeliveryListener end(
            GateAccount account,
            GateTerms terms,
            Caller caller,
            EndpointPricing pricing,
            long units,
            long beganAt,
            Outcome outcome,
            boolean tracked) {
        List<TrackedCall> toBeTold = new ArrayList<>(tracked ? terms.rules.length : 0);
        try {
            boolean charged = terms.plan.chargedOutcomes.contains(outcome);
            for (int i = 0; i < terms.rules.length; i++) {
                CounterRule rule = terms.rules[i];
                long cost = costOf(rule, pricing, units);
                if (cost > 0 && (rule.isConcurrency() || !charged)) {
                    caller.counters[i].giveBack(rule, beganAt, cost, false);
                } else if (cost > 0 && tracked) {
                    toBeTold.add(caller.counters[i].endTracked(rule, clock.getAsLong(), cost));
                } else if (cost > 0) {
                    caller.counters[i].close(cost);
                }
            }
        } catch (RuntimeException e) {
            log.debug("end of a call of account={} could not be counted", account.id, e);
            metrics.errors.increment();
        }
        return toBeTold.isEmpty() ? DeliveryListener.NONE : new Delivery(toBeTold, metrics.errors);
    }

    private Decision allowed(GateTerms terms, Caller caller) {
        return Decision.allowed(
                () -> Headers.of(config.headers(), terms.rules, caller.counters, clock.getAsLong(), -1, 0));
    }

    private Decision denied(
            GateTerms terms, Caller caller, EndpointPricing pricing, long units, long now, boolean stale) {
        int denying = -1;
        long freeAt = now;
        for (int i = 0; i < terms.rules.length; i++) {
            CounterRule rule = terms.rules[i];
            long cost = costOf(rule, pricing, units);
            if (cost > rule.amount()) {
                return neverFits(terms, caller, i, cost, now);
            }
            if (cost > 0 && stale && rule.closedWhenStale()) {
                return stale(rule.limitId());
            }
            if (cost > 0 && !caller.counters[i].hasRoom(rule, now, cost)) {
                long at = caller.counters[i].roomAt(rule, now, cost);
                if (denying < 0 || at > freeAt) {
                    denying = i;
                    freeAt = at;
                }
            }
        }
        if (denying < 0) {
            // Another thread gave back in between what this one missed; the client may try again at once.
            denying = firstBinding(terms, pricing, units);
        }
        CounterRule rule = terms.rules[denying];
        long retryAfter = Math.max(1, Headers.ceilSeconds(freeAt - now));
        Reason reason = rule.isConcurrency() ? Reason.CONCURRENCY : Reason.RATE_LIMITED;
        String detail = rule.isConcurrency()
                ? "As many requests are in flight as " + rule.limitId() + " allows: " + rule.amount() + "."
                : "The limit " + rule.limitId() + " of " + rule.amount() + " leaves no room for this call.";
        return Decision.denied(
                reason,
                rule.limitId(),
                retryAfter,
                detail,
                Headers.of(config.headers(), terms.rules, caller.counters, now, denying, retryAfter));
    }

    /** Says when nothing: there is no moment at which another try succeeds. */
    private Decision neverFits(GateTerms terms, Caller caller, int place, long cost, long now) {
        CounterRule rule = terms.rules[place];
        return Decision.denied(
                Reason.NEVER_FITS,
                rule.limitId(),
                0,
                "The call costs " + cost + ", and the limit " + rule.limitId() + " holds " + rule.amount()
                        + ": waiting does not help.",
                Headers.of(config.headers(), terms.rules, caller.counters, now, -1, 0));
    }

    private static int firstBinding(GateTerms terms, EndpointPricing pricing, long units) {
        int place = 0;
        while (place < terms.rules.length - 1 && costOf(terms.rules[place], pricing, units) == 0) {
            place++;
        }
        return place;
    }

    private Decision suspended(GateTerms terms, long now) {
        long retryAfter = terms.suspendedUntilMillis == GateTerms.FOREVER
                ? 0
                : Math.max(1, Headers.ceilSeconds(terms.suspendedUntilMillis - now));
        String detail =
                "The account is suspended" + (terms.suspensionReason.isBlank() ? "." : ": " + terms.suspensionReason);
        return Decision.denied(
                Reason.SUSPENDED, null, retryAfter, detail, Headers.retryAfter(config.headers(), retryAfter));
    }

    private Decision overCallLimit(
            GateTerms terms, Caller caller, EndpointPricing pricing, long units, long inputTokens, long now) {
        String detail;
        if (units > pricing.maxUnits()) {
            detail = "A call may have at most " + pricing.maxUnits() + " units.";
        } else if (inputTokens > pricing.maxInputTokens()) {
            detail = "A call may have at most " + pricing.maxInputTokens() + " input tokens.";
        } else {
            detail = "A call may ask for at most " + pricing.maxOutputItems() + " results.";
        }
        return Decision.denied(
                Reason.OVER_CALL_LIMIT,
                null,
                0,
                detail,
                Headers.of(config.headers(), terms.rules, caller.counters, now, -1, 0));
    }

    private Decision unknown(Policy policy, String detail) {
        if (policy == Policy.OPEN) {
            return allowedUnknown;
        }
        return staleDecision(null, detail);
    }

    private Decision stale(String limitId) {
        return staleDecision(limitId, "What is known of the limit " + limitId + " is too old.");
    }

    private Decision staleDecision(@Nullable String limitId, String detail) {
        long retryAfter = Math.max(1, config.staleRetryAfter().toSeconds());
        return Decision.denied(
                Reason.STALE, limitId, retryAfter, detail, Headers.retryAfter(config.headers(), retryAfter));
    }

    private Decision failed(RuntimeException e, long now) {
        metrics.errors.increment();
        if (now - errorLoggedAtMillis >= ERROR_LOG_INTERVAL_MILLIS) {
            errorLoggedAtMillis = now;
            log.warn("the gate could not decide on a call and answers by gate.start-policy", e);
        }
        return unknown(config.startPolicy(), "The limits are not known.");
    }

    private @Nullable GateAccount accountOf(@Nullable String accountId, long now) {
        if (accountId == null) {
            return null;
        }
        GateAccount known = accounts.find(accountId);
        return known != null ? known : accounts.openByDefaultPlan(accountId, now);
    }

    private boolean isReady() {
        return feed == null || feed.isReady();
    }

    private boolean isStale(GateAccount account, long now) {
        return (feed != null && feed.ageMillis(now) > feedMaxAgeMillis)
                || account.unconfirmedMillis(now) > snapshotMaxAgeMillis;
    }

    /** Takes over a snapshot, unless a newer one is known. Done by the gate itself for what it reads from Kafka. */
    public void apply(LimitState snapshot) {
        accounts.apply(snapshot);
    }

    /**
     * Follows a tombstone of limit-state: an account that is gone, or a project or API key of which nothing is in use
     * any more. Done by the gate itself for what it reads from Kafka.
     *
     * @param key the record's key, see {@link LimitStateKey#parse}
     */
    public void forget(LimitStateKey key) {
        accounts.forget(key);
    }

    /** Follows a tombstone of plan-catalog. Done by the gate itself for what it reads from Kafka. */
    public void forgetPlan(String planId) {
        accounts.forgetPlan(planId);
    }

    /**
     * Takes over a plan with all its versions.
     *
     * @throws IllegalArgumentException if it cannot be used; what was known before stays
     */
    public void apply(Plan plan) {
        accounts.apply(plan);
    }

    /** What has been done so far. */
    public GateMetrics metrics() {
        return metrics;
    }

    /** How many accounts are known. */
    public int accounts() {
        return accounts.size();
    }

    /** How long ago this gate was last level with Kafka; zero for one that follows no topic. */
    public Duration feedAge() {
        return feed == null ? Duration.ZERO : Duration.ofMillis(feed.ageMillis(clock.getAsLong()));
    }

    /** Whether everything that the topics held at the start has been read. */
    public boolean ready() {
        return isReady();
    }
}
