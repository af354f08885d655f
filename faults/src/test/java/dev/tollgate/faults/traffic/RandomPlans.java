package dev.tollgate.faults.traffic;

import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.OraclePlan.Cap;
import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.OraclePlan.Limit;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import dev.tollgate.testkit.oracle.OraclePlan.Price;
import dev.tollgate.testkit.oracle.OraclePlan.PricedEndpoint;
import dev.tollgate.testkit.oracle.OraclePlan.Scope;
import dev.tollgate.testkit.oracle.RecountPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Small plans of all algorithms and scopes, so that limits are reached within a round. */
final class RandomPlans {
    static final List<String> ENDPOINTS =
            List.of("/v2/mem-it", "GET /kb/1", "POST /kb/1/import", "addMessage", "GET /free");
    private static final List<String> WINDOWS = List.of("SECOND", "MINUTE", "MINUTE", "HOUR", "DAY", "MONTH");
    private static final List<Kind> ROLLING = List.of(Kind.LEAKY_BUCKET, Kind.SLIDING_WINDOW, Kind.CONCURRENCY);
    private static final List<Scope> SCOPES = List.of(Scope.ACCOUNT, Scope.PROJECT, Scope.API_KEY);
    private static final List<Long> LENGTHS = List.of(6_000L, 60_000L, 3_600_000L);
    private static final List<Long> GRACES = List.of(0L, 1_000L, 60_000L);

    private RandomPlans() {}

    /** A plan for plain traffic, whose second version has other amounts from a moment on. */
    static RecountPlan plain(Random random, String planId, long secondFromMillis) {
        List<RecountPlan.Limit> limits = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            limits.add(plainLimit(random, limit(random, "limit-" + i, 10 + random.nextInt(60))));
        }
        List<RecountPlan.Limit> later = limits.stream()
                .map(limit -> new RecountPlan.Limit(
                        withAmount(limit.counting(), amount(random, 80)), limit.advisory(), limit.thresholds()))
                .toList();
        return new RecountPlan(
                planId,
                List.of(
                        new RecountPlan.Version(1, 0, meters(), limits, caps(random), charged(random)),
                        new RecountPlan.Version(2, secondFromMillis, meters(), later, caps(random), charged(random))));
    }

    private static RecountPlan.Limit plainLimit(Random random, Limit counting) {
        List<RecountPlan.Threshold> thresholds = new ArrayList<>();
        for (int share : counting.usedBasisPoints()) {
            thresholds.add(new RecountPlan.Threshold(share, share < 10_000 && random.nextInt(3) == 0));
        }
        return new RecountPlan.Limit(counting, random.nextInt(5) == 0, thresholds);
    }

    /** Plans between which an account can move: the same limits with other amounts, and some that not all have. */
    static List<OraclePlan> family(Random random, String prefix) {
        List<Limit> limits = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            limits.add(limit(random, "limit-" + i, 25));
        }
        List<Cap> caps = caps(random);
        Set<String> charged = charged(random);
        OraclePlan first = new OraclePlan(prefix + "a", 1, meters(), limits, caps, charged);
        return List.of(first, variant(random, first, prefix + "b"), variant(random, first, prefix + "c"));
    }

    private static OraclePlan variant(Random random, OraclePlan plan, String planId) {
        List<Limit> limits = new ArrayList<>();
        for (Limit limit : plan.limits()) {
            limits.add(withAmount(limit, amount(random, 40)));
        }
        if (random.nextBoolean()) {
            limits.removeLast();
        }
        if (random.nextBoolean()) {
            limits.add(limit(random, "limit-of-" + planId.charAt(planId.length() - 1), 25));
        }
        return new OraclePlan(planId, 1, plan.meters(), limits, plan.caps(), plan.chargedOutcomes());
    }

    private static Limit withAmount(Limit limit, @org.jspecify.annotations.Nullable Long amount) {
        return new Limit(
                limit.id(),
                limit.meter(),
                amount,
                limit.kind(),
                limit.window(),
                limit.lengthMillis(),
                limit.scope(),
                limit.usedBasisPoints(),
                limit.graceMillis());
    }

    private static @org.jspecify.annotations.Nullable Long amount(Random random, int bound) {
        return random.nextInt(8) == 0 ? null : (long) random.nextInt(bound);
    }

    private static Limit limit(Random random, String id, int amountBound) {
        List<List<Integer>> thresholds =
                List.of(List.of(9_000), List.of(5_000, 9_000), List.of(), List.of(3_333, 8_000));
        Kind kind = random.nextBoolean() ? Kind.FIXED_WINDOW : ROLLING.get(random.nextInt(ROLLING.size()));
        boolean fixed = kind == Kind.FIXED_WINDOW;
        return new Limit(
                id,
                random.nextBoolean() ? "requests" : "credits",
                amount(random, amountBound),
                kind,
                fixed ? WINDOWS.get(random.nextInt(WINDOWS.size())) : "",
                fixed ? 0 : LENGTHS.get(random.nextInt(LENGTHS.size())),
                SCOPES.get(random.nextInt(SCOPES.size())),
                thresholds.get(random.nextInt(thresholds.size())),
                GRACES.get(random.nextInt(GRACES.size())));
    }

    private static List<Meter> meters() {
        return List.of(
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
    }

    private static List<Cap> caps(Random random) {
        return random.nextInt(3) == 0
                ? List.of(new Cap("POST /kb/:id/import", "UNITS", 7), new Cap("/kb/*", "INPUT_TOKENS", 100))
                : List.of();
    }

    private static Set<String> charged(Random random) {
        return random.nextInt(4) == 0 ? Set.of("SUCCESS", "SERVER_ERROR") : Set.of("SUCCESS");
    }
}
