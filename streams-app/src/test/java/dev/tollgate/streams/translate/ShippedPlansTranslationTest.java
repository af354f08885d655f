package dev.tollgate.streams.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileReport;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.plan.PlanTranslator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the plan reader takes, the engine takes: a plan that was applied is never rejected by the topology.
 * {@code -Dtollgate.seed=N} repeats a run.
 */
class ShippedPlansTranslationTest {
    private static final int FILES = 3_000;

    private static final String[] IDS = {"a", "Z9", "x.y_z-1", "a".repeat(64), "a".repeat(65), "none", "-a", "'1'"};
    private static final String[] COSTS = {
        "0",
        "1",
        "1000000000",
        "1000000001",
        "-1",
        "{base: 0, per_unit: 1000000000, unit_size: 1000000000}",
        "{base: 5, per_unit: 1, unit_size: 0}",
        "{base: 5, per_unit: 1, unit_size: 10}"
    };
    private static final String[] ENDPOINTS = {
        "/a",
        "/a/:id",
        "/a/:other",
        "/a/*",
        "'*'",
        "GET /a",
        "get /a",
        "addMessage",
        "/a/*/b",
        "'GET  /a'",
        "/" + "a".repeat(511)
    };
    private static final String[] AMOUNTS = {
        "0", "1", "100", "unlimited", "430451577", "430451578", "1000000000000000", "1000000000000001", "19215358410114"
    };
    private static final String[] TIMES = {
        "window: second",
        "window: minute",
        "window: month",
        "window: week",
        "algorithm: leaky_bucket, period: 1s",
        "algorithm: leaky_bucket, period: 31d",
        "algorithm: leaky_bucket, period: 32d",
        "algorithm: leaky_bucket, period: 999ms",
        "algorithm: leaky_bucket, period: 60001ms",
        "algorithm: sliding_window, period: 1s",
        "algorithm: sliding_window, period: 3s",
        "algorithm: sliding_window, period: 1020ms",
        "algorithm: sliding_window, period: 31d",
        "algorithm: sliding_window, period: 366d",
        "algorithm: concurrency, lease: 1s",
        "algorithm: concurrency, lease: 1d",
        "algorithm: concurrency, lease: 2d"
    };
    private static final String[] SCOPES = {"account", "project", "api_key"};
    private static final String[] MODES = {"enforce", "advisory"};
    private static final String[] THRESHOLDS = {
        "[]",
        "[90%]",
        "[1%, 100%]",
        "[0.5%]",
        "[99.99%, remaining below 0.01%]",
        "[remaining below 100%]",
        "[90%, 90%]",
        "[1%, 2%, 3%, 4%, 5%, 6%, 7%, 8%]",
        "[1%, 2%, 3%, 4%, 5%, 6%, 7%, 8%, 9%]",
        "[90%, remaining below 10%]"
    };
    private static final String[] GRACES = {"0s", "1m", "1d", "25h"};
    private static final String[] CAPS = {"0", "1000000000000000", "1000000000000001"};

    static Stream<Path> shippedFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../plans"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shippedFiles")
    void givenAShippedCatalog_whenTranslated_thenTheEngineTakesEveryVersion(Path file) throws Exception {
        List<Plan> plans = PlanFile.read(file);

        assertThat(plans).isNotEmpty().allSatisfy(plan -> {
            List<PlanVersion> versions = PlanTranslator.versions(plan);
            assertThat(versions).hasSameSizeAs(plan.getVersions());
            for (int i = 0; i < versions.size(); i++) {
                PlanVersion version = versions.get(i);
                dev.tollgate.schemas.avro.PlanVersion source =
                        plan.getVersions().get(i);
                assertThat(version.planId()).isEqualTo(plan.getPlanId());
                assertThat(version.version()).isEqualTo(source.getVersion());
                assertThat(version.limits())
                        .extracting(limit -> limit.id(), limit -> limit.amount().units())
                        .isEqualTo(source.getLimits().stream()
                                .map(limit -> org.assertj.core.groups.Tuple.tuple(
                                        limit.getLimitId(),
                                        limit.getAmount() == null
                                                ? Amount.unlimited().units()
                                                : limit.getAmount()))
                                .toList());
                assertThat(version.meters()).hasSameSizeAs(source.getMeters());
                assertThat(version.perCallCaps()).hasSameSizeAs(source.getPerCallCaps());
            }
        });
    }

    @Test
    void givenPlansAtTheEdges_whenTheReaderTakesThem_thenTheEngineDoesToo() {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        System.out.println("ShippedPlansTranslationTest -Dtollgate.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int accepted = 0;
        for (int i = 0; i < FILES; i++) {
            String text = file(random);
            PlanFileReport report = PlanFile.check(text, "edge.yaml");
            if (report.isValid()) {
                accepted++;
                assertThatCode(() -> report.plans().forEach(PlanTranslator::versions))
                        .as("-Dtollgate.seed=%d, file %d:%n%s", seed, i, text)
                        .doesNotThrowAnyException();
            }
        }
        assertThat(accepted)
                .as("both answers must occur often, or this test says little; -Dtollgate.seed=%d", seed)
                .isBetween(FILES / 20, FILES - FILES / 20);
    }

    /** Amounts and periods are rejected by the reader exactly where the engine would reject them. */
    @Test
    void givenAmountsAndPeriodsAroundTheirBounds_whenRead_thenReaderAndEngineDrawTheSameLine() {
        for (long period : new long[] {1_000, 1_001, 60_000, 86_400_000, Algorithm.MAX_PERIOD_MILLIS}) {
            long max = new Algorithm.LeakyBucket(period).maxAmount();
            assertThat(isValid("leaky_bucket", max, period))
                    .as("%d over %d ms", max, period)
                    .isTrue();
            assertThat(isValid("leaky_bucket", max + 1, period))
                    .as("%d over %d ms", max + 1, period)
                    .isFalse();
        }
        assertThat(isValid("leaky_bucket", 1, Algorithm.MAX_PERIOD_MILLIS + 1)).isFalse();
        assertThat(isValid("sliding_window", 1, Algorithm.MAX_PERIOD_MILLIS)).isTrue();
        assertThat(isValid("sliding_window", 1, Algorithm.MAX_PERIOD_MILLIS + 60))
                .isFalse();
        for (long period = 1_000; period < 1_200; period++) {
            assertThat(isValid("sliding_window", 1, period))
                    .as("%d ms", period)
                    .isEqualTo(period % Algorithm.SlidingWindow.SUB_BUCKETS == 0);
        }
    }

    private static boolean isValid(String algorithm, long amount, long period) {
        String limit =
                "{id: l, meter: m, amount: " + amount + ", algorithm: " + algorithm + ", period: " + period + "ms}";
        return PlanFile.check(file("m: {default: 1}", List.of(limit), List.of()), "edge.yaml")
                .isValid();
    }

    private static String file(SplittableRandom random) {
        // Most values are plain, so that a file often has no slip at all and sometimes one.
        List<String> limits = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            limits.add("{id: " + (oneIn(random, 4) ? any(IDS, random) : "l" + i) + ", meter: m, amount: "
                    + any(AMOUNTS, random) + ", " + any(TIMES, random) + ", scope: " + any(SCOPES, random) + ", mode: "
                    + any(MODES, random) + ", thresholds: " + any(THRESHOLDS, random)
                    + (oneIn(random, 3) ? ", grace: " + any(GRACES, random) : "") + "}");
        }
        List<String> caps = new ArrayList<>();
        for (int i = random.nextInt(2); i > 0; i--) {
            caps.add("{endpoint: " + any(ENDPOINTS, random) + ", dimension: units, max: " + any(CAPS, random) + "}");
        }
        String meter = "m: {default: " + (oneIn(random, 2) ? "1" : any(COSTS, random)) + ", endpoints: {"
                + any(ENDPOINTS, random) + ": 1, " + any(ENDPOINTS, random) + ": 2}}";
        return file(meter, limits, caps);
    }

    private static String file(String meter, List<String> limits, List<String> caps) {
        StringBuilder text = new StringBuilder("""
            plans:
              - id: edge
                title: Edge
                versions:
                  - version: 1
                    effective_from: 1970-01-01T00:00:00Z
                    notice_period: 3650d
                    meters:
                      %s
                    limits:
            """.formatted(meter));
        limits.forEach(limit -> text.append("          - ").append(limit).append('\n'));
        if (!caps.isEmpty()) {
            text.append("        per_call_caps:\n");
            caps.forEach(cap -> text.append("          - ").append(cap).append('\n'));
        }
        return text.toString();
    }

    private static boolean oneIn(SplittableRandom random, int chances) {
        return random.nextInt(chances) == 0;
    }

    private static String any(String[] values, SplittableRandom random) {
        return values[random.nextInt(values.length)];
    }
}
