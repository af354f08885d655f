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
import org.junit.jupiter.params.provider.CsvFileSource;

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
    @CsvFileSource(resources = "shared-block-mistakes.csv", delimiter = '|', quoteCharacter = '\'')
    void givenAMistakeInABlock_whenTheFileIsRead_thenItIsNamedWhereItStands(
            String part, String replacement, String message) {
        String text = FILE.replace(part, replacement);

        assertThat(PlanFile.check(text, "p.yaml").errors())
                .extracting(PlanProblem::toString)
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
