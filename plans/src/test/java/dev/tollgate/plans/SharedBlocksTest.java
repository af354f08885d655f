package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.PlanVersion;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedBlocksTest {
    private static final String FILE = """
        shared:
          costs:
            meters:
              requests: {unit: call, default: 1, endpoints: {/a: 2, /b: 3}}
          tier:
            limits:
              - {id: per-minute, meter: requests, window: minute, thresholds: [50%]}
              - {id: per-day, meter: requests, amount: 100, window: day}
            charged_outcomes: [success, invalid]
        plans:
          - id: p
            title: P
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                extends: [costs, tier]
                meters: {requests: {endpoints: {/b: 4, /c: 5}}}
                limits:
                  - {id: per-hour, meter: requests, amount: 50, window: hour}
                  - {id: per-minute, amount: 10}
        """;

    @Test
    void givenBlocks_whenAVersionExtendsThem_thenItsOwnKeysAreTakenOverTheirs() throws Exception {
        PlanVersion version =
                PlanFile.read(FILE, "p.yaml").getFirst().getVersions().getFirst();

        assertThat(version.getLimits())
                .extracting(
                        Limit::getLimitId,
                        Limit::getAmount,
                        limit -> limit.getThresholds().getFirst().getBasisPoints())
                .containsExactly(
                        tuple("per-minute", 10L, 5_000), tuple("per-day", 100L, 9_000), tuple("per-hour", 50L, 9_000));
        assertThat(version.getMeters().getFirst().getUnit()).isEqualTo("call");
        assertThat(version.getMeters().getFirst().getEndpointCosts())
                .extracting(EndpointCost::getEndpoint, cost -> cost.getCost().getBase())
                .containsExactly(tuple("/a", 2L), tuple("/b", 4L), tuple("/c", 5L));
        assertThat(version.getChargedOutcomes()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [costs, tier] | tiers | p.yaml:16:18: plans[0].versions[0].extends must be the name of a block under shared, or a list of such names: there are costs, tier (did you mean 'tier'?), was 'tiers'
        [costs, tier] | 7 | p.yaml:16:18: plans[0].versions[0].extends must be the name of a block under shared, or a list of such names, was '7'
        charged_outcomes: [success, invalid] | version: 1 | p.yaml:9:5: shared.tier.version belongs into a version: blocks hold what versions have in common
        thresholds: [50%] | thresholds: [500%] | p.yaml:7:72: plans[0].versions[0].limits[0].thresholds[0] must be a used share such as 90%, or a rest such as 'remaining below 20%', from 1% to 100% with at most two decimals, was '500%'
        """)
    void givenAMistakeInABlock_whenTheFileIsRead_thenItIsNamedWhereItStands(
            String part, String replacement, String message) {
        String text = FILE.replace(part, replacement);

        assertThat(PlanFile.check(text, "p.yaml").errors())
                .extracting(Problem::toString)
                .contains(message);
    }

    @Test
    void givenAMistakeInABlockOfManyVersions_whenTheFileIsRead_thenItIsOneProblem() {
        String plans = IntStream.range(0, 20)
                .mapToObj(i -> "  - {id: p" + i + ", title: P, versions: [{version: 1, effective_from:"
                        + " 2026-01-01T00:00:00Z, extends: tier}]}\n")
                .collect(Collectors.joining());
        String text = "shared:\n  tier:\n    meters: {requests: {default: -1}}\n    limits: []\nplans:\n" + plans;

        assertThat(PlanFile.check(text, "p.yaml").errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.location().line()).isEqualTo(3));
    }

    @Test
    void givenASmallFileThatStandsForAHugeOne_whenItIsRead_thenItIsRejectedAtOnce() {
        String limits =
                IntStream.range(0, 3_000).mapToObj(i -> "{id: l" + i + "}").collect(Collectors.joining(", ", "[", "]"));
        String plans = IntStream.range(0, 900)
                .mapToObj(i -> "  - {id: p" + i + ", title: P, versions: [{version: 1, effective_from:"
                        + " 2026-01-01T00:00:00Z, extends: tier}]}\n")
                .collect(Collectors.joining());
        String text =
                "shared:\n  tier:\n    meters: {requests: {default: 1}}\n    limits: " + limits + "\nplans:\n" + plans;

        assertThat(PlanFile.check(text, "p.yaml").errors())
                .anySatisfy(problem -> assertThat(problem.toString())
                        .contains("must leave the file at 100000 values at most when its blocks are written out"));
    }
}
