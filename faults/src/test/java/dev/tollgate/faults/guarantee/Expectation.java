package dev.tollgate.faults.guarantee;

import dev.tollgate.faults.guarantee.Books.Appended;
import dev.tollgate.faults.guarantee.Books.Window;
import dev.tollgate.faults.traffic.Population;
import dev.tollgate.faults.traffic.Story;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.testkit.oracle.Oracle;
import dev.tollgate.testkit.oracle.OracleEvent;
import dev.tollgate.testkit.oracle.OracleFact;
import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.OracleVerdict;
import dev.tollgate.testkit.oracle.TrafficOracle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the books must say, counted from the log by the testkit's recount and oracle, which share no code with the
 * engine. What depends on append times and on the order of records is taken from the log as it stands, so that nothing
 * here depends on when what failed.
 */
public final class Expectation {
    static final String DEAD = "dead letter ";
    private static final long ALLOWED_SKEW_MILLIS = Duration.ofSeconds(60).toMillis();
    private static final long DEDUPE_HORIZON_MILLIS = Duration.ofHours(24).toMillis();

    private final Map<Position, String> verdicts = new TreeMap<>();
    private final Map<Window, Long> totals = new HashMap<>();
    private final Map<String, Long> usage = new HashMap<>();
    private final Map<String, String> crossings = new HashMap<>();
    private final Map<String, Set<String>> held = new HashMap<>();

    private final Map<String, Long> ends = new HashMap<>();
    private final Set<String> windowed = new HashSet<>();
    private final String prefix;

    private Expectation(Population population) {
        prefix = population.prefix();
        population
                .plainPlans()
                .forEach(plan -> plan.versions()
                        .forEach(version -> version.limits().forEach(limit -> note(plan.id(), limit.counting()))));
        population
                .families()
                .forEach(family -> family.forEach(plan -> plan.limits().forEach(limit -> note(plan.id(), limit))));
    }

    private void note(String planId, OraclePlan.Limit limit) {
        if (limit.kind() == OraclePlan.Kind.FIXED_WINDOW) {
            windowed.add(planId + " " + limit.id());
        }
    }

    /**
     * Counts a round.
     *
     * @param log every record of request-events since the round began
     * @param broken records that must end among the dead letters, with the reason
     * @param stories all stories of the round, ended
     */
    public static Expectation of(
            Population population, Map<Position, Appended> log, Map<Position, String> broken, List<Story> stories) {
        Expectation expectation = new Expectation(population);
        Map<String, List<Appended>> byStory = new HashMap<>();
        stories.forEach(story -> byStory.put(story.account(), new ArrayList<>()));
        TrafficOracle recount = new TrafficOracle(ALLOWED_SKEW_MILLIS, DEDUPE_HORIZON_MILLIS);
        for (int i = 0; i < population.profile().accounts(); i++) {
            recount.assign(population.plainAccount(i), population.planOf(i));
        }
        for (Appended appended : log.values()) {
            String reason = broken.get(appended.position());
            RequestEvent event = appended.event();
            if (reason != null) {
                expectation.verdicts.put(appended.position(), DEAD + reason);
            } else if (event == null) {
                expectation.verdicts.put(appended.position(), "nobody sent these bytes");
            } else if (byStory.containsKey(event.getAccountId())) {
                Objects.requireNonNull(byStory.get(event.getAccountId())).add(appended);
            } else {
                expectation.verdict(appended.position(), recount.add(oracleEvent(event, appended.appendedAtMillis())));
            }
        }
        expectation.take(population, recount);
        for (Story story : stories) {
            expectation.tell(story, population, Objects.requireNonNull(byStory.get(story.account())));
        }
        expectation.totals.values().removeIf(total -> total == 0);
        expectation.usage.values().removeIf(used -> used == 0);
        return expectation;
    }

    private void verdict(Position position, OracleVerdict verdict) {
        verdicts.put(position, verdict == OracleVerdict.REJECTED ? DEAD + "FUTURE_EVENT" : verdict.name());
    }

    private void take(Population population, TrafficOracle recount) {
        recount.totals()
                .forEach((window, total) -> totals.put(
                        new Window(window.account(), window.limit(), window.scopeKey(), window.windowStartMillis()),
                        total));
        for (int i = 0; i < population.profile().accounts(); i++) {
            String account = population.plainAccount(i);
            recount.charged(account).forEach((meter, used) -> usage.put(account + " " + meter, used));
        }
        for (TrafficOracle.Reached reached : recount.reached()) {
            Long windowStart = reached.windowStartMillis();
            crossings.merge(
                    crossing(
                            reached.account(),
                            reached.limit(),
                            reached.scopeKey(),
                            windowStart,
                            reached.eventId(),
                            reached.usedBasisPoints()),
                    reached(reached.used(), reached.blockedUntilMillis(), reached.advisory()),
                    (one, other) -> one + " and " + other);
        }
    }

    private void tell(Story story, Population population, List<Appended> calls) {
        int number = Integer.parseInt(story.account().substring(story.account().lastIndexOf('-') + 1));
        Oracle oracle = new Oracle(
                ALLOWED_SKEW_MILLIS,
                DEDUPE_HORIZON_MILLIS,
                population.families().get(number));
        ArrayDeque<Story.Step> steps = new ArrayDeque<>(story.steps());
        long clock = 0;
        for (Appended call : calls) {
            while (!steps.isEmpty()
                    && steps.element().afterOffset() < call.position().offset()) {
                clock = Math.max(clock, steps.element().appendedAtMillis());
                oracle.tick(clock);
                follow(oracle, steps.remove());
            }
            clock = Math.max(clock, call.appendedAtMillis());
            oracle.tick(clock);
            OracleEvent event = oracleEvent(Objects.requireNonNull(call.event()), call.appendedAtMillis());
            verdict(call.position(), Objects.requireNonNull(oracle.add(new OracleFact.Called(event))));
        }
        steps.forEach(step -> follow(oracle, step));
        oracle.totals()
                .forEach((cell, total) -> totals.put(
                        new Window(story.account(), cell.limit(), cell.scopeKey(), cell.startMillis()), total));
        oracle.charged().forEach((meter, used) -> usage.put(story.account() + " " + meter, used));
        Set<String> now = new HashSet<>();
        oracle.heldInWindows().forEach(alert -> {
            String text = alert(
                    alert.cell().limit(), alert.cell().scopeKey(), alert.cell().startMillis(), alert.usedBasisPoints());
            now.add(text);
            ends.put(story.account() + " " + text, oracle.endOf(alert.cell()));
        });
        held.put(story.account(), now);
    }

    private static void follow(Oracle oracle, Story.Step step) {
        OracleFact fact = Story.fact(step);
        if (fact != null) {
            oracle.add(fact);
        }
    }

    private static OracleEvent oracleEvent(RequestEvent event, long appendedAtMillis) {
        return new OracleEvent(
                event.getEventId(),
                event.getAccountId(),
                event.getProjectId(),
                event.getApiKeyId(),
                event.getEndpoint(),
                event.getOccurredAt().toEpochMilli(),
                appendedAtMillis,
                event.getPhase() == Phase.STARTED,
                event.getOutcome().name(),
                event.getUnits(),
                event.getInputTokens(),
                event.getOutputItems());
    }

    /** Names that a threshold or the full amount was reached. Nulls as in {@link TrafficOracle.Reached}. */
    static String crossing(
            String account,
            String limit,
            String scopeKey,
            @org.jspecify.annotations.Nullable Long windowStartMillis,
            @org.jspecify.annotations.Nullable String eventId,
            @org.jspecify.annotations.Nullable Integer usedBasisPoints) {
        return "%s %s '%s' window %s event %s at %s"
                .formatted(
                        account,
                        limit,
                        scopeKey,
                        windowStartMillis,
                        eventId,
                        usedBasisPoints == null ? "the amount" : usedBasisPoints + " bp");
    }

    static String reached(long used, @org.jspecify.annotations.Nullable Long blockedUntilMillis, boolean advisory) {
        // A block without an end has the latest time that records can carry.
        String until = blockedUntilMillis == null
                ? "null"
                : Instant.ofEpochMilli(Math.min(blockedUntilMillis, RequestEventRules.LATEST.toEpochMilli()))
                        .toString();
        return "%d used, blocked until %s%s".formatted(used, until, advisory ? ", advisory" : "");
    }

    static String alert(String limit, String scopeKey, long windowStartMillis, int usedBasisPoints) {
        return "%s '%s' window %d at %d bp".formatted(limit, scopeKey, windowStartMillis, usedBasisPoints);
    }

    String prefix() {
        return prefix;
    }

    /** Whether a limit counts in fixed windows. */
    boolean isWindowed(String planId, String limitId) {
        return windowed.contains(planId + " " + limitId);
    }

    /** End of the window that an alert of {@link #held()} is about. */
    long endOf(String account, String alert) {
        return Objects.requireNonNull(ends.get(account + " " + alert));
    }

    /** The verdict, or the reason of the dead letter, of each record of the log. */
    Map<Position, String> verdicts() {
        return verdicts;
    }

    /** Totals of all windows that are not 0. */
    Map<Window, Long> totals() {
        return totals;
    }

    /** What was used of each meter, by account and meter. */
    Map<String, Long> usage() {
        return usage;
    }

    /** What plain accounts have reached. */
    Map<String, String> crossings() {
        return crossings;
    }

    /** Alerts and blocks of fixed windows that hold at the end of each story. */
    Map<String, Set<String>> held() {
        return held;
    }
}
