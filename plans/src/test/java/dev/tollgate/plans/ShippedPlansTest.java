package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalogues that ship with Tollgate, against the figures of the policies that they stand for. */
class ShippedPlansTest {
    private static final Path FOLDER = Path.of("").toAbsolutePath();

    static Stream<Path> shippedFiles() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shippedFiles")
    void givenShippedFile_whenChecked_thenThereIsNeitherErrorNorWarning(Path file) throws IOException {
        PlanFileReport report = PlanFile.check(file);

        assertThat(report.errors()).isEmpty();
        assertThat(report.warnings()).isEmpty();
        assertThat(report.plans()).isNotEmpty();
    }

    @Test
    void givenMem_whenRead_thenItHasThePublishedLimits() throws Exception {
        PlanVersion version =
                only(PlanFile.read(FOLDER.resolve("mem.yaml"))).getVersions().getFirst();

        assertThat(version.getLimits())
                .extracting(Limit::getMeterId, Limit::getAmount, Limit::getBucketName, Limit::getMode, Limit::getScope)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("requests", 100L, "minute", Mode.ENFORCE, Scope.ACCOUNT),
                        org.assertj.core.groups.Tuple.tuple("requests", 4_000L, "day", Mode.ENFORCE, Scope.ACCOUNT),
                        org.assertj.core.groups.Tuple.tuple("complexity", 200L, "minute", Mode.ENFORCE, Scope.ACCOUNT),
                        org.assertj.core.groups.Tuple.tuple("complexity", 8_000L, "day", Mode.ENFORCE, Scope.ACCOUNT));
        assertThat(version.getLimits()).extracting(Limit::getAlgorithm).containsOnly(Algorithm.FIXED_WINDOW);
        assertThat(version.getLimits())
                .extracting(Limit::getWindow)
                .containsExactly(WindowUnit.MINUTE, WindowUnit.DAY, WindowUnit.MINUTE, WindowUnit.DAY);
        assertThat(version.getLimits())
                .allSatisfy(limit -> assertThat(limit.getThresholds())
                        .singleElement()
                        .satisfies(threshold ->
                                assertThat(threshold.getBasisPoints()).isEqualTo(9_000)));
        assertThat(version.getMeters())
                .containsExactly(
                        new Meter("requests", "request", new Cost(1L, 0L, 1L), List.of()),
                        new Meter(
                                "complexity",
                                "token",
                                new Cost(1L, 0L, 1L),
                                List.of(new EndpointCost("/v2/mem-it", new Cost(40L, 0L, 1L)))));
        assertThat(version.getChargedOutcomes()).containsExactly(Outcome.SUCCESS);
    }

    static Plan only(List<Plan> plans) {
        assertThat(plans).hasSize(1);
        return plans.getFirst();
    }
}
