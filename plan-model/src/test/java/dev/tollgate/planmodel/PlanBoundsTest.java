package dev.tollgate.planmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is allowed, up to the last value that is, and the first that is not. */
class PlanBoundsTest {
    private static final Algorithm MINUTE = new Algorithm.FixedWindow(WindowUnit.MINUTE);
    private static final Meter REQUESTS = new Meter("requests", "request", CostTable.flat(1));

    @ParameterizedTest
    @ValueSource(strings = {"a", "z", "A", "Z", "0", "9", "a.b_c-d", "aa", "az", "aA", "aZ", "a0", "a9"})
    void givenIdentifierWithinBounds_whenUsed_thenItIsTaken(String id) {
        assertThat(new Meter(id, "request", CostTable.flat(1)).id()).isEqualTo(id);
        assertThat(Limit.enforced(id, "requests", 1, MINUTE).id()).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".a", "_a", "-a", " a", "a b", "`", "{", "@", "[", "/", ":", "a`", "a{", "a@", "a[", "a/", "a:", "é"
            })
    void givenIdentifierOutOfBounds_whenUsed_thenItIsRejected(String id) {
        assertThatThrownBy(() -> new Meter(id, "request", CostTable.flat(1))).hasMessageContaining("was '" + id + "'");
    }

    @Test
    void givenLengths_whenAtTheBound_thenOneMoreIsRejected() {
        assertThat(new Meter("x".repeat(64), "u".repeat(64), CostTable.flat(1)).unit())
                .hasSize(64);
        assertThatThrownBy(() -> new Meter("x".repeat(65), "u", CostTable.flat(1)))
                .hasMessageContaining("64");
        assertThatThrownBy(() -> new Meter("x", "u".repeat(65), CostTable.flat(1)))
                .hasMessageContaining("64");
        assertThat(EndpointPattern.of("x".repeat(512)).matches("x".repeat(512))).isTrue();
        assertThatThrownBy(() -> EndpointPattern.of("x".repeat(513))).hasMessageContaining("512");
        assertThatCode(() -> plan("t".repeat(200), 16, 32)).doesNotThrowAnyException();
        assertThatThrownBy(() -> plan("t".repeat(201), 1, 1)).hasMessageContaining("200");
        assertThatThrownBy(() -> plan("t", 17, 1)).hasMessageContaining("has 17");
        assertThatThrownBy(() -> plan("t", 0, 0)).hasMessageContaining("has 0");
        assertThatThrownBy(() -> plan("t", 1, 33)).hasMessageContaining("has 33");
    }

    private static PlanVersion plan(String title, int meters, int limits) {
        return new PlanVersion(
                "plan",
                1,
                0,
                0,
                title,
                IntStream.range(0, meters)
                        .mapToObj(i -> new Meter("meter-" + i, "unit", CostTable.flat(1)))
                        .toList(),
                IntStream.range(0, limits)
                        .mapToObj(i -> Limit.enforced("limit-" + i, "meter-0", 1, MINUTE))
                        .toList(),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }

    @Test
    void givenVersionNumbers_whenOutOfBounds_thenTheyAreRejected() {
        assertThatThrownBy(() -> version("plan", 0, 0, 0)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> version("none", 1, 0, 0)).hasMessageContaining("was 1");
        assertThatThrownBy(() -> version("plan", 1, -1, 0)).hasMessageContaining("effectiveFromMillis");
        assertThatThrownBy(() -> version("plan", 1, 0, -1)).hasMessageContaining("noticePeriodMillis");
        assertThat(version("plan", 1, 0, 0).effectiveFromMillis()).isZero();
        assertThatThrownBy(() -> new PlanVersion(
                        "plan", 1, 0, 0, "t", List.of(REQUESTS), List.of(), List.of(), Set.of(Outcome.UNKNOWN)))
                .hasMessageContaining("consumption");
    }

    private static PlanVersion version(String id, int number, long effectiveFrom, long notice) {
        return new PlanVersion(
                id,
                number,
                effectiveFrom,
                notice,
                "t",
                List.of(REQUESTS),
                List.of(),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }

    @Test
    void givenAmounts_whenAtTheBound_thenOneMoreIsRejected() {
        assertThat(Amount.of(Amount.MAX_UNITS)).hasToString("1000000000000000");
        assertThat(Amount.of(0)).hasToString("0");
        assertThat(Amount.unlimited()).hasToString("unlimited");
        assertThatThrownBy(() -> Amount.of(Amount.MAX_UNITS + 1)).hasMessageContaining("was 1000000000000001");
        assertThatThrownBy(() -> Amount.of(Long.MAX_VALUE)).hasMessageContaining("must be");
        assertThat(new Cost(Cost.MAX, Cost.MAX, Cost.MAX).of(Cost.MAX)).isEqualTo(2 * Cost.MAX);
        assertThatThrownBy(() -> new Cost(Cost.MAX + 1, 0, 1)).hasMessageContaining("base");
        assertThatThrownBy(() -> new Cost(0, Cost.MAX + 1, 1)).hasMessageContaining("perUnit");
        assertThatThrownBy(() -> new Cost(0, -1, 1)).hasMessageContaining("perUnit");
        assertThatThrownBy(() -> new Cost(0, 0, Cost.MAX + 1)).hasMessageContaining("unitSize");
        assertThat(new PerCallCap(EndpointPattern.of("/x"), PerCallCap.Dimension.UNITS, 0).max())
                .isZero();
    }

    @Test
    void givenLimits_whenAtTheBound_thenOneMoreIsRejected() {
        assertThat(limit(Limit.MAX_GRACE_MILLIS, 8).thresholds()).hasSize(8);
        assertThat(limit(0, 0).graceMillis()).isZero();
        assertThatThrownBy(() -> limit(Limit.MAX_GRACE_MILLIS + 1, 0)).hasMessageContaining("graceMillis");
        assertThatThrownBy(() -> limit(0, 9)).hasMessageContaining("has 9");
        Algorithm leaky = new Algorithm.LeakyBucket(Algorithm.MAX_PERIOD_MILLIS);
        assertThat(leaky.maxAmount()).isEqualTo((1L << 60) / Algorithm.MAX_PERIOD_MILLIS);
        assertThat(new Algorithm.LeakyBucket(1).maxAmount()).isEqualTo(Amount.MAX_UNITS);
        assertThat(Limit.enforced("l", "m", leaky.maxAmount(), leaky).amount().units())
                .isEqualTo(leaky.maxAmount());
        assertThatThrownBy(() -> Limit.enforced("l", "m", leaky.maxAmount() + 1, leaky))
                .hasMessageContaining("at most " + leaky.maxAmount());
    }

    private static Limit limit(long grace, int thresholds) {
        return new Limit(
                "l",
                "requests",
                Amount.of(10),
                MINUTE,
                Scope.ACCOUNT,
                Mode.ENFORCE,
                IntStream.range(0, thresholds)
                        .mapToObj(i -> Threshold.usedPercent(10 + i))
                        .toList(),
                grace);
    }

    @Test
    void givenThresholds_whenAtTheBound_thenOneMoreIsRejected() {
        assertThat(new Threshold(Threshold.Kind.USED_AT_LEAST, 1).usedPercentFloor())
                .isZero();
        assertThat(new Threshold(Threshold.Kind.USED_AT_LEAST, 10_000).usedPercentFloor())
                .isEqualTo(100);
        assertThat(Threshold.remainingBelowPercent(20).usedPercentFloor()).isEqualTo(80);
        assertThat(new Threshold(Threshold.Kind.REMAINING_BELOW, 1).usedPercentText())
                .isEqualTo("99.99");
        assertThat(new Threshold(Threshold.Kind.REMAINING_BELOW, 10_000).firesAt(7))
                .isEqualTo(1);
    }

    @Test
    void givenAlgorithms_whenAsked_thenLabelsAndSpansAreThose() {
        assertThat(MINUTE.label()).isEqualTo("minute");
        assertThat(new Algorithm.FixedWindow(WindowUnit.MONTH).label()).isEqualTo("month");
        assertThat(new Algorithm.FixedWindow(WindowUnit.MONTH).spanMillis()).isEqualTo(31 * 86_400_000L);
        assertThat(MINUTE.spanMillis()).isEqualTo(60_000);
        assertThat(new Algorithm.LeakyBucket(60_000).label()).isEqualTo("minute");
        assertThat(new Algorithm.LeakyBucket(60_000).spanMillis()).isEqualTo(60_000);
        assertThat(new Algorithm.LeakyBucket(90_000).label()).isEqualTo("90s");
        assertThat(new Algorithm.LeakyBucket(1_500).label()).isEqualTo("1500ms");
        assertThat(new Algorithm.LeakyBucket(31 * 86_400_000L).label()).isEqualTo("2678400s");
        assertThat(new Algorithm.SlidingWindow(3_600_000).label()).isEqualTo("hour");
        assertThat(new Algorithm.SlidingWindow(120).label()).isEqualTo("120ms");
        assertThat(new Algorithm.SlidingWindow(120).spanMillis()).isEqualTo(120);
        assertThat(new Algorithm.Concurrency(30_000).label()).isEqualTo("concurrent");
        assertThat(new Algorithm.Concurrency(30_000).spanMillis()).isEqualTo(30_000);
    }

    @Test
    void givenPeriods_whenAtTheBound_thenOneMoreIsRejected() {
        long max = Algorithm.MAX_PERIOD_MILLIS;
        assertThat(List.of(new Algorithm.LeakyBucket(1), new Algorithm.LeakyBucket(max)))
                .hasSize(2);
        assertThat(List.of(new Algorithm.Concurrency(1), new Algorithm.Concurrency(max)))
                .hasSize(2);
        assertThat(new Algorithm.SlidingWindow(max).lengthMillis()).isEqualTo(max);
        assertThatThrownBy(() -> new Algorithm.LeakyBucket(0)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> new Algorithm.LeakyBucket(max + 1)).hasMessageContaining("periodMillis");
        assertThatThrownBy(() -> new Algorithm.SlidingWindow(0)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> new Algorithm.SlidingWindow(max + 60)).hasMessageContaining("lengthMillis");
        assertThatThrownBy(() -> new Algorithm.Concurrency(0)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> new Algorithm.Concurrency(max + 1)).hasMessageContaining("leaseMillis");
    }

    @Test
    void givenPatterns_whenCompared_thenEqualityIsAboutWhatTheyMatch() {
        EndpointPattern pattern = EndpointPattern.of("GET /kb/:id");
        assertThat(pattern).isEqualTo(EndpointPattern.of("get /kb/:name")).hasToString("GET /kb/:id");
        assertThat(pattern).hasSameHashCodeAs(EndpointPattern.of("get /kb/:name"));
        assertThat(pattern).isNotEqualTo(EndpointPattern.of("/kb/:id"));
        assertThat(pattern).isNotEqualTo(EndpointPattern.of("GET /kb/id"));
        assertThat(pattern.hashCode())
                .isNotEqualTo(EndpointPattern.of("POST /kb/:id").hashCode());
        assertThat(pattern.equals((Object) "GET /kb/:id")).isFalse();
        assertThat(EndpointPattern.of("/a")).isLessThan(EndpointPattern.of("/b"));
        assertThat(EndpointPattern.of("/a")).isEqualByComparingTo(EndpointPattern.of("/a"));
        assertThat(EndpointPattern.of("GET /a")).isLessThan(EndpointPattern.of("/a"));
        assertThat(EndpointPattern.of("/kb/").matches("/kb")).isTrue();
        assertThat(EndpointPattern.of("/kb/*").matches("/kb/")).isFalse();
        assertThat(EndpointPattern.of("/:").matches("/:")).isTrue();
        assertThat(EndpointPattern.of("/:").matches("/x")).isFalse();
        assertThat(EndpointPattern.of("/:a").matches("/x")).isTrue();
        assertThatThrownBy(() -> EndpointPattern.of(" /a")).hasMessageContaining("one blank");
        assertThatThrownBy(() -> EndpointPattern.of("GET ")).hasMessageContaining("one blank");
        assertThatThrownBy(() -> EndpointPattern.of("GET  /a")).hasMessageContaining("one blank");
    }
}
