package dev.tollgate.planmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
    private static final Algorithm MINUTE = new Algorithm.FixedWindow(WindowUnit.MINUTE);
    private static final Meter REQUESTS = new Meter("requests", "request", CostTable.flat(1));

    @ParameterizedTest
    @CsvSource({
        "/v2/mem-it, /v2/mem-it, true",
        "/v2/mem-it, POST /v2/mem-it, true",
        "/v2/mem-it, /v2/mem-it/x, false",
        "/v2/mem-it, /v2/mem-i, false",
        "POST /v2/mem-it, POST /v2/mem-it, true",
        "POST /v2/mem-it, post /v2/mem-it, true",
        "POST /v2/mem-it, GET /v2/mem-it, false",
        "POST /v2/mem-it, /v2/mem-it, false",
        "/v2/*, /v2/a, true",
        "/v2/*, /v2/a/b, true",
        "/v2/*, /v2/, false",
        "/v2/*, /v2, false",
        "GET /api/kb/:id/query, GET /api/kb/7/query, true",
        "GET /api/kb/:id/query, GET /api/kb//query, false",
        "GET /api/kb/:id/query, GET /api/kb/7/8/query, false",
        "/a/*/c, /a/b/c, true",
        "/a/*/c, /a/b/b/c, false",
        "addMessage, addMessage, true",
        "addMessage, addmessage, false",
        "*, anything, true",
        "*, GET /any/thing, true",
    })
    void givenPattern_whenMatched_thenOnlyWhatItSaysMatches(String pattern, String endpoint, boolean expected) {
        assertThat(EndpointPattern.of(pattern).matches(endpoint)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " /x", "GET ", "GET /a b"})
    void givenMalformedPattern_whenParsed_thenItIsRejected(String pattern) {
        assertThatThrownBy(() -> EndpointPattern.of(pattern)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenPatternsInAnyOrder_whenSeveralMatch_thenTheMostSpecificWins() {
        List<String> bySpecificity = List.of(
                "GET /kb/all/query", "/kb/all/query", "GET /kb/:id/query", "/kb/:id/query", "/kb/:id/*", "/kb/*", "*");
        List<CostTable.Entry> entries = new ArrayList<>();
        for (int i = 0; i < bySpecificity.size(); i++) {
            entries.add(new CostTable.Entry(EndpointPattern.of(bySpecificity.get(i)), Cost.flat(i)));
        }
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(entries, new Random(seed));
            CostTable table = new CostTable(Cost.flat(99), entries);
            assertThat(table.costFor("GET /kb/all/query").base()).isZero();
            assertThat(table.costFor("PUT /kb/all/query").base()).isEqualTo(1);
            assertThat(table.costFor("GET /kb/7/query").base()).isEqualTo(2);
            assertThat(table.costFor("PUT /kb/7/query").base()).isEqualTo(3);
            assertThat(table.costFor("PUT /kb/7/other").base()).isEqualTo(4);
            assertThat(table.costFor("PUT /kb/7").base()).isEqualTo(5);
            assertThat(table.costFor("other").base()).isEqualTo(6);
        }
    }

    @Test
    void givenSamePatternTwice_whenNamesDiffer_thenItIsRejected() {
        List<CostTable.Entry> entries = List.of(
                new CostTable.Entry(EndpointPattern.of("/kb/:id"), Cost.flat(1)),
                new CostTable.Entry(EndpointPattern.of("/kb/:name"), Cost.flat(2)));

        assertThatThrownBy(() -> new CostTable(Cost.flat(1), entries)).hasMessageContaining("listed twice");
    }

    @ParameterizedTest
    @CsvSource({"90, 100, 90", "90, 10, 9", "90, 3, 3", "90, 1, 1", "90, 0, 1", "1, 1, 1", "50, 7, 4"})
    void givenUsedThreshold_whenAppliedToAnAmount_thenItIsRoundedUp(int percent, long amount, long expected) {
        assertThat(Threshold.usedPercent(percent).firesAt(amount)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"20, 100, 81", "20, 10, 9", "20, 3, 3", "20, 0, 1", "100, 10, 1", "1, 1000, 991"})
    void givenRemainingThreshold_whenAppliedToAnAmount_thenItFiresBelowTheShare(
            int percent, long amount, long expected) {
        assertThat(Threshold.remainingBelowPercent(percent).firesAt(amount)).isEqualTo(expected);
    }

    @Test
    void givenLargestAmount_whenThresholdIsApplied_thenItIsExact() {
        assertThat(new Threshold(Threshold.Kind.USED_AT_LEAST, 9_999).firesAt(Amount.MAX_UNITS))
                .isEqualTo(999_900_000_000_000L);
        assertThat(Threshold.usedPercent(90).usedPercentText()).isEqualTo("90");
        assertThat(new Threshold(Threshold.Kind.USED_AT_LEAST, 9_950)).hasToString("99.5 % used");
    }

    @Test
    void givenImpossibleValues_whenBuilt_thenTheMessageNamesValueAndRange() {
        assertThatThrownBy(() -> Amount.of(-1)).hasMessage("amount must be 0 to 1000000000000000 or unlimited, was -1");
        assertThatThrownBy(() -> new Cost(-1, 0, 1)).hasMessage("base must be 0 to 1000000000, was -1");
        assertThatThrownBy(() -> new Cost(0, 0, 0)).hasMessage("unitSize must be 1 to 1000000000, was 0");
        assertThatThrownBy(() -> Threshold.usedPercent(0)).hasMessageContaining("was 0 %");
        assertThatThrownBy(() -> Threshold.usedPercent(101)).hasMessageContaining("was 101 %");
        assertThatThrownBy(() -> new Meter("a b", "x", CostTable.flat(1))).hasMessageContaining("'a b'");
        assertThatThrownBy(() -> limit("l", "requests", -5))
                .hasMessageContaining("graceMillis of limit l must be 0 to");
        assertThatThrownBy(() -> new PerCallCap(EndpointPattern.of("/x"), PerCallCap.Dimension.UNITS, -1))
                .hasMessageContaining("must be >= 0, was -1");
    }

    @Test
    void givenPlanWithManyMistakes_whenBuilt_thenEveryOneIsListed() {
        PerCallCap cap = new PerCallCap(EndpointPattern.of("/x"), PerCallCap.Dimension.UNITS, 1);

        InvalidPlanException invalid = catchThrowableOfType(
                InvalidPlanException.class,
                () -> new PlanVersion(
                        "p p",
                        0,
                        -1,
                        -1,
                        "",
                        List.of(REQUESTS, REQUESTS),
                        List.of(limit("l", "requests", 0), limit("l", "credits", 0)),
                        List.of(cap, cap),
                        Set.of(Outcome.UNKNOWN)));

        assertThat(invalid.problems())
                .hasSize(10)
                .anyMatch(problem -> problem.startsWith("plan id"))
                .anyMatch(problem -> problem.contains("version must be >= 1"))
                .anyMatch(problem -> problem.contains("'credits', which is not one of [requests]"))
                .anyMatch(problem -> problem.contains("meter 'requests' is defined twice"))
                .anyMatch(problem -> problem.contains("limit 'l' is defined twice"));
    }

    @Test
    void givenVersions_whenAskedAtAMoment_thenTheLatestInForceIsGiven() {
        PlanVersion first = version(1, 100, MINUTE);
        PlanVersion second = version(2, 200, MINUTE);
        Plans plans = Plans.of(second, first);

        assertThat(plans.planAt("p", 99)).isNull();
        assertThat(plans.planAt("p", 100)).isSameAs(first);
        assertThat(plans.planAt("p", 199)).isSameAs(first);
        assertThat(plans.planAt("p", 200)).isSameAs(second);
        assertThat(plans.planAt("q", 200)).isNull();
        assertThat(plans.planAt("none", 0)).isSameAs(PlanVersion.NONE);
        assertThat(plans.nextAfter("p", 99)).isSameAs(first);
        assertThat(plans.nextAfter("p", 100)).isSameAs(second);
        assertThat(plans.nextAfter("p", 200)).isNull();
        assertThat(plans.version("p", 2)).isSameAs(second);
        assertThat(plans.version("p", 3)).isNull();
        assertThat(plans.with(version(1, 100, MINUTE))).isSameAs(plans);
        assertThat(plans.all()).containsExactly(PlanVersion.NONE, first, second);
    }

    @Test
    void givenVersionsThatContradict_whenCombined_thenTheyAreRejected() {
        Plans plans = Plans.of(version(2, 200, MINUTE));

        assertThatThrownBy(() -> plans.with(version(2, 300, MINUTE))).hasMessageContaining("immutable");
        assertThatThrownBy(() -> plans.with(version(3, 200, MINUTE))).hasMessageContaining("same effective date");
        assertThatThrownBy(() -> plans.with(version(3, 100, MINUTE))).hasMessageContaining("order of their numbers");
        assertThatThrownBy(() -> plans.with(version(3, 300, new Algorithm.FixedWindow(WindowUnit.HOUR))))
                .hasMessageContaining("changes its meter, algorithm or scope");
    }

    private static PlanVersion version(int version, long effectiveFrom, Algorithm algorithm) {
        return new PlanVersion(
                "p",
                version,
                effectiveFrom,
                0,
                "P",
                List.of(REQUESTS),
                List.of(Limit.enforced("l", "requests", 10, algorithm)),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }

    private static Limit limit(String id, String meterId, long grace) {
        return new Limit(
                id, meterId, Amount.of(1), MINUTE, Scope.ACCOUNT, Mode.ENFORCE, Limit.DEFAULT_THRESHOLDS, grace);
    }
}
