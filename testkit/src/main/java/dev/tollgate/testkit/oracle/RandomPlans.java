package dev.tollgate.testkit.oracle;

import dev.tollgate.testkit.oracle.OraclePlan.Cap;
import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.OraclePlan.Limit;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import dev.tollgate.testkit.oracle.OraclePlan.Price;
import dev.tollgate.testkit.oracle.OraclePlan.PricedEndpoint;
import dev.tollgate.testkit.oracle.OraclePlan.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Small plans and short histories, so that windows fill up and events collide. The same source of randomness makes the
 * same.
 */
public final class RandomPlans {
    /** What is called. */
    public static final List<String> ENDPOINTS =
            List.of("/v2/mem-it", "GET /kb/1", "POST /kb/1/import", "addMessage", "GET /free");

    /** A minute before the end of February 2026. */
    private static final long FIRST_CLOCK = 1_772_323_140_000L;

    /** Near them a day, a month or a year ends, or clocks change, in some time zone. */
    private static final List<String> MOMENTS = List.of(
            "2026-02-28T23:59:00Z",
            "2024-02-28T23:59:00Z",
            "2026-03-28T22:58:00Z",
            "2026-10-24T21:58:00Z",
            "2026-11-01T04:59:00Z",
            "2026-04-04T14:58:00Z",
            "2011-12-30T09:58:00Z",
            "2026-12-31T18:14:00Z");

    private static final List<String> ZONES = List.of(
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "America/Havana",
            "Pacific/Kiritimati");

    private RandomPlans() {}

    /** A plan of any kind of limit, or of fixed windows only. */
    public static OraclePlan plan(SplittableRandom random, String planId, boolean fixedOnly) {
        List<Meter> meters = List.of(
                new Meter("requests", new Price(1, 0, 1), List.of(new PricedEndpoint("/free", new Price(0, 0, 1)))),
                new Meter(
                        "credits",
                        new Price(1, 0, 1),
                        List.of(
                                new PricedEndpoint("/v2/*", new Price(2, 0, 1)),
                                new PricedEndpoint("/v2/mem-it", new Price(5, 0, 1)),
                                new PricedEndpoint("POST /kb/:id/import", new Price(1, 1, 3)),
                                new PricedEndpoint("/kb/*", new Price(3, 0, 1)),
                                new PricedEndpoint("GET /free", new Price(0, 0, 1)))));
        List<Limit> limits = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            limits.add(limit(random, "limit-" + i, fixedOnly));
        }
        List<Cap> caps = random.nextInt(3) == 0
                ? List.of(new Cap("POST /kb/:id/import", "UNITS", 7), new Cap("/kb/*", "INPUT_TOKENS", 100))
                : List.of();
        Set<String> charged = random.nextInt(4) == 0 ? Set.of("SUCCESS", "SERVER_ERROR") : Set.of("SUCCESS");
        return new OraclePlan(planId, 1, meters, limits, caps, charged);
    }

    /**
     * Plans of one family: another plan has the same limits with other amounts, and perhaps one that the first has not.
     */
    public static OraclePlan variant(SplittableRandom random, OraclePlan plan, String planId) {
        List<Limit> limits = new ArrayList<>();
        for (Limit limit : plan.limits()) {
            limits.add(new Limit(
                    limit.id(),
                    limit.meter(),
                    random.nextInt(8) == 0 ? null : (long) random.nextInt(40),
                    limit.kind(),
                    limit.window(),
                    limit.lengthMillis(),
                    limit.scope(),
                    random.nextBoolean() ? limit.usedBasisPoints() : List.of(5_000),
                    limit.graceMillis()));
        }
        if (random.nextBoolean()) {
            limits.removeLast();
        }
        if (random.nextBoolean()) {
            limits.add(limit(random, "limit-of-" + planId, false));
        }
        return new OraclePlan(planId, 1, plan.meters(), limits, plan.caps(), plan.chargedOutcomes(), plan.calendar());
    }

    /**
     * The same plans with windows of other lengths, and calendars for them to follow. A limit has the same window in
     * all plans, as it must in a family; calendars may differ.
     */
    public static List<OraclePlan> inCalendars(SplittableRandom random, List<OraclePlan> plans) {
        List<String> lengths = List.of(
                "15 MINUTE",
                "10 SECOND",
                "7 HOUR",
                "DAY",
                "DAY",
                "2 DAY",
                "WEEK",
                "2 WEEK",
                "MONTH",
                "3 MONTH",
                "YEAR");
        Map<String, String> windows = new HashMap<>();
        List<OraclePlan> moved = new ArrayList<>();
        for (OraclePlan plan : plans) {
            List<Limit> limits = new ArrayList<>();
            for (Limit limit : plan.limits()) {
                String window = limit.kind() == Kind.FIXED_WINDOW && !windows.containsKey(limit.id())
                        ? random.nextInt(4) == 0 ? limit.window() : lengths.get(random.nextInt(lengths.size()))
                        : windows.getOrDefault(limit.id(), limit.window());
                windows.put(limit.id(), window);
                limits.add(new Limit(
                        limit.id(),
                        limit.meter(),
                        limit.amount(),
                        limit.kind(),
                        window,
                        limit.lengthMillis(),
                        limit.scope(),
                        limit.usedBasisPoints(),
                        limit.graceMillis()));
            }
            moved.add(new OraclePlan(
                    plan.id(),
                    plan.version(),
                    plan.meters(),
                    limits,
                    plan.caps(),
                    plan.chargedOutcomes(),
                    random.nextInt(3) == 0 ? OracleCalendar.UTC : calendar(random)));
        }
        return moved;
    }

    private static OracleCalendar calendar(SplittableRandom random) {
        return new OracleCalendar(
                ZONES.get(random.nextInt(ZONES.size())),
                1 + random.nextInt(12),
                List.of(1, 15, 28, 29, 30, 31).get(random.nextInt(6)),
                1 + random.nextInt(7),
                random.nextBoolean() ? 0 : random.nextInt(24));
    }

    /** The same history at a time at which calendars do something, with the account's calendar changed now and then. */
    public static List<OracleFact> historyInCalendars(SplittableRandom random, List<OracleFact> facts) {
        long shift = Instant.parse(MOMENTS.get(random.nextInt(MOMENTS.size()))).toEpochMilli() - FIRST_CLOCK;
        return withOwnCalendars(random, facts, shift);
    }

    /**
     * A history with the account's calendar changed now and then.
     *
     * @param shift how much later it is, in milliseconds; the first assignment stays where it is
     */
    public static List<OracleFact> withOwnCalendars(SplittableRandom random, List<OracleFact> facts, long shift) {
        List<OracleFact> moved = new ArrayList<>();
        long applied = 0;
        int number = 0;
        for (OracleFact fact : facts) {
            switch (fact) {
                case OracleFact.Called called -> {
                    OracleEvent event = called.event();
                    moved.add(new OracleFact.Called(event.moved(shift, shift)));
                    if (random.nextInt(20) == 0) {
                        long appendedAt = event.appendedAtMillis() + shift;
                        // Further ahead, so that windows are cut before their time has come.
                        long ahead = random.nextBoolean() ? random.nextInt(60_000) : -random.nextInt(60_000);
                        applied = Math.max(applied + 1, appendedAt + ahead);
                        moved.add(new OracleFact.Changed("own-" + number++, applied, appendedAt, ownCalendar(random)));
                    }
                }
                case OracleFact.Changed changed -> {
                    long effectiveAt = changed.effectiveAt() == 0 ? 0 : changed.effectiveAt() + shift;
                    if (effectiveAt >= applied) {
                        applied = effectiveAt;
                        long appendedAt = changed.appendedAt() == 0 ? 0 : changed.appendedAt() + shift;
                        moved.add(
                                new OracleFact.Changed(changed.commandId(), effectiveAt, appendedAt, changed.change()));
                    }
                }
                case OracleFact.Corrected corrected -> moved.add(corrected);
            }
        }
        return moved;
    }

    private static OracleFact.OwnCalendar ownCalendar(SplittableRandom random) {
        OracleCalendar calendar = calendar(random);
        return random.nextInt(4) == 0
                ? new OracleFact.OwnCalendar(null, null, null, null, null)
                : new OracleFact.OwnCalendar(
                        random.nextInt(4) == 0 ? null : calendar.zone(),
                        random.nextBoolean() ? null : calendar.month(),
                        random.nextBoolean() ? null : calendar.day(),
                        random.nextBoolean() ? null : calendar.weekday(),
                        random.nextBoolean() ? null : calendar.hour());
    }

    private static Limit limit(SplittableRandom random, String id, boolean fixedOnly) {
        List<String> windows = List.of("SECOND", "MINUTE", "MINUTE", "HOUR", "DAY", "MONTH");
        List<List<Integer>> thresholds =
                List.of(List.of(9_000), List.of(5_000, 9_000), List.of(), List.of(3_333, 10_000));
        Kind kind = fixedOnly || random.nextBoolean() ? Kind.FIXED_WINDOW : Kind.values()[1 + random.nextInt(3)];
        return new Limit(
                id,
                random.nextBoolean() ? "requests" : "credits",
                random.nextInt(8) == 0 ? null : (long) random.nextInt(25),
                kind,
                kind == Kind.FIXED_WINDOW ? windows.get(random.nextInt(windows.size())) : "",
                kind == Kind.FIXED_WINDOW
                        ? 0
                        : List.of(6_000L, 60_000L, 3_600_000L).get(random.nextInt(3)),
                Scope.values()[random.nextInt(3)],
                thresholds.get(random.nextInt(thresholds.size())),
                List.of(0L, 1_000L, 60_000L).get(random.nextInt(3)));
    }

    /**
     * A history of everything that can happen to an account that begins on the first of these plans.
     *
     * @param count events in it, duplicates included; commands and corrections come on top
     */
    public static List<OracleFact> facts(SplittableRandom random, String account, List<OraclePlan> plans, int count) {
        List<OracleFact> facts = new ArrayList<>();
        List<OracleEvent> events = events(random, account, count);
        List<String> ids = new ArrayList<>();
        long applied = 0;
        facts.add(new OracleFact.Changed(
                "first", 0, 0, new OracleFact.OnPlan(plans.getFirst().id(), "KEEP")));
        for (int i = 0; i < events.size(); i++) {
            OracleEvent event = events.get(i);
            if (random.nextInt(12) == 0) {
                // What a scaled change carries over was worked out by the terms before it: they are not changed
                // afterwards.
                OracleFact.Changed changed = changed(random, plans, "change-" + i, event.appendedAtMillis());
                if (changed.effectiveAt() >= applied) {
                    facts.add(changed);
                    applied = changed.effectiveAt();
                }
            }
            if (!ids.isEmpty() && random.nextInt(6) == 0) {
                facts.add(corrected(random, "fix-" + (random.nextInt(8) == 0 ? i - 1 : i), ids));
            }
            facts.add(new OracleFact.Called(event));
            ids.add(event.id());
        }
        return facts;
    }

    private static OracleFact.Changed changed(
            SplittableRandom random, List<OraclePlan> plans, String commandId, long appendedAt) {
        long effectiveAt = appendedAt
                + switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(60_000);
                    case 1 -> -random.nextInt(60_000);
                    default -> 0;
                };
        OraclePlan plan = plans.get(random.nextInt(plans.size()));
        String limitId = "limit-" + random.nextInt(4);
        OracleFact.Change change = switch (random.nextInt(6)) {
            case 0 -> new OracleFact.Overridden(limitId, random.nextInt(5) == 0 ? null : (long) random.nextInt(60));
            case 1 -> new OracleFact.OverrideEnded(limitId);
            case 2 -> new OracleFact.Exempt(random.nextBoolean());
            default ->
                new OracleFact.OnPlan(
                        plan.id(), List.of("KEEP", "RESET", "SCALE").get(random.nextInt(3)));
        };
        return new OracleFact.Changed(commandId, effectiveAt, appendedAt, change);
    }

    /** A correction of one of the last of these events; some of them in vain. */
    public static OracleFact corrected(SplittableRandom random, String commandId, List<String> ids) {
        String target = ids.get(Math.max(0, ids.size() - 1 - random.nextInt(20)));
        if (random.nextBoolean()) {
            return new OracleFact.Corrected(commandId, target, true, null, null, null);
        }
        return new OracleFact.Corrected(
                commandId,
                target,
                false,
                random.nextBoolean() ? null : ENDPOINTS.get(random.nextInt(ENDPOINTS.size())),
                random.nextInt(3) > 0 ? null : List.of("SUCCESS", "INVALID").get(random.nextInt(2)),
                random.nextBoolean() ? null : (long) random.nextInt(12));
    }

    /** Events of one account over some minutes: disorder, duplicates, failures and gaps included. */
    public static List<OracleEvent> events(SplittableRandom random, String account, int count) {
        List<OracleEvent> events = new ArrayList<>();
        long clock = FIRST_CLOCK + random.nextInt(120_000);
        for (int i = 0; i < count; i++) {
            clock += random.nextInt(40) == 0 ? random.nextLong(3 * 86_400_000L) : random.nextInt(4_000);
            if (random.nextBoolean()) {
                // Round times meet the bounds of windows.
                clock -= clock % 1_000;
            }
            if (!events.isEmpty() && random.nextInt(10) == 0) {
                OracleEvent again = events.get(random.nextInt(events.size()));
                events.add(random.nextBoolean() ? again : event(random, again.id(), account, clock));
            } else {
                events.add(event(random, "e" + i, account, clock));
            }
        }
        return events;
    }

    private static OracleEvent event(SplittableRandom random, String id, String account, long clock) {
        long time = clock
                - switch (random.nextInt(12)) {
                    case 0 -> random.nextInt(200_000);
                    case 1 -> random.nextLong(2 * 86_400_000L);
                    case 2 -> -random.nextInt(70_000);
                    default -> random.nextInt(3_000);
                };
        if (random.nextInt(3) > 0) {
            time -= time % 1_000;
        }
        List<String> outcomes = List.of("SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SERVER_ERROR", "INVALID");
        return new OracleEvent(
                id,
                account,
                random.nextInt(3) == 0 ? null : "project-" + random.nextInt(2),
                random.nextInt(3) == 0 ? null : "key-" + random.nextInt(2),
                ENDPOINTS.get(random.nextInt(ENDPOINTS.size())),
                time,
                clock,
                random.nextInt(15) == 0,
                outcomes.get(random.nextInt(outcomes.size())),
                random.nextBoolean() ? null : (long) random.nextInt(12),
                random.nextBoolean() ? null : (long) random.nextInt(200),
                null);
    }
}
