package dev.tollgate.plans;

import static dev.tollgate.schemas.avro.Algorithm.CONCURRENCY;
import static dev.tollgate.schemas.avro.Algorithm.FIXED_WINDOW;
import static dev.tollgate.schemas.avro.Algorithm.LEAKY_BUCKET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalogs that ship with Tollgate, against the figures of the policies that they stand for. */
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
                        tuple("requests", 100L, "minute", Mode.ENFORCE, Scope.ACCOUNT),
                        tuple("requests", 4_000L, "day", Mode.ENFORCE, Scope.ACCOUNT),
                        tuple("complexity", 200L, "minute", Mode.ENFORCE, Scope.ACCOUNT),
                        tuple("complexity", 8_000L, "day", Mode.ENFORCE, Scope.ACCOUNT));
        assertThat(version.getLimits()).extracting(Limit::getAlgorithm).containsOnly(LEAKY_BUCKET);
        assertThat(version.getLimits())
                .extracting(Limit::getPeriodMs)
                .containsExactly(60_000L, 86_400_000L, 60_000L, 86_400_000L);
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

    @Test
    void givenMemos_whenRead_thenCallsAreBoundedAndTheRateIsAdviceOnly() throws Exception {
        PlanVersion version =
                only(PlanFile.read(FOLDER.resolve("memos.yaml"))).getVersions().getFirst();

        assertThat(version.getPerCallCaps())
                .containsExactly(
                        new PerCallCap("addMessage", Dimension.INPUT_TOKENS, 4_000L),
                        new PerCallCap("searchMemory", Dimension.INPUT_TOKENS, 4_000L),
                        new PerCallCap("searchMemory", Dimension.OUTPUT_ITEMS, 25L),
                        new PerCallCap("getMessage", Dimension.OUTPUT_ITEMS, 50L));
        assertThat(version.getLimits())
                .extracting(Limit::getLimitId, Limit::getAmount, Limit::getWindow, Limit::getMode, Limit::getScope)
                .containsExactly(
                        tuple("add-message-quota", null, WindowUnit.MONTH, Mode.ENFORCE, Scope.ACCOUNT),
                        tuple("search-memory-quota", null, WindowUnit.MONTH, Mode.ENFORCE, Scope.ACCOUNT),
                        tuple("get-message-quota", null, WindowUnit.MONTH, Mode.ENFORCE, Scope.ACCOUNT),
                        tuple("recommended-qps", 50L, WindowUnit.SECOND, Mode.ADVISORY, Scope.ACCOUNT));
        assertThat(version.getChargedOutcomes()).containsExactly(Outcome.SUCCESS);
    }

    @ParameterizedTest
    @CsvSource({"free,100,2,50", "starter,250,5,200", "pro,500,10,500", "ultra,2000,50,5000", "unlimited,,,"})
    void givenMemoryCrystal_whenRead_thenEachTierHasItsAmounts(
            String tier, @Nullable Long perMinute, @Nullable Long concurrent, @Nullable Long embeddingsPerDay)
            throws Exception {
        PlanVersion version = PlanFile.read(FOLDER.resolve("memory-crystal.yaml")).stream()
                .filter(plan -> plan.getPlanId().equals("memory-crystal-" + tier))
                .findFirst()
                .orElseThrow()
                .getVersions()
                .getFirst();

        assertThat(version.getLimits())
                .extracting(
                        Limit::getLimitId,
                        Limit::getMeterId,
                        Limit::getAmount,
                        Limit::getAlgorithm,
                        Limit::getScope,
                        Limit::getMode)
                .containsExactly(
                        tuple("requests-per-minute", "requests", perMinute, FIXED_WINDOW, Scope.ACCOUNT, Mode.ENFORCE),
                        tuple("credits-per-minute", "credits", perMinute, FIXED_WINDOW, Scope.ACCOUNT, Mode.ENFORCE),
                        tuple("concurrent-requests", "requests", concurrent, CONCURRENCY, Scope.ACCOUNT, Mode.ENFORCE),
                        tuple(
                                "embedding-calls-per-day",
                                "embedding_calls",
                                embeddingsPerDay,
                                FIXED_WINDOW,
                                Scope.ACCOUNT,
                                Mode.ENFORCE),
                        tuple(
                                "requests-per-minute-and-key",
                                "requests",
                                perMinute,
                                FIXED_WINDOW,
                                Scope.API_KEY,
                                Mode.ADVISORY));
        if (perMinute != null) {
            assertThat(version.getLimits().getFirst().getThresholds())
                    .containsExactly(
                            new Threshold(ThresholdKind.REMAINING_BELOW, 2_000),
                            new Threshold(ThresholdKind.USED_AT_LEAST, 9_000));
        }
    }

    @Test
    void givenMemoryCrystal_whenRead_thenAllTiersChargeTheSame() throws Exception {
        List<Plan> tiers = PlanFile.read(FOLDER.resolve("memory-crystal.yaml"));

        assertThat(tiers)
                .extracting(plan -> plan.getVersions().getFirst().getMeters())
                .hasSize(5)
                .containsOnly(tiers.getFirst().getVersions().getFirst().getMeters());
        assertThat(costs(tiers.getFirst(), "credits").values())
                .extracting(Cost::getBase)
                .containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 5L, 5L, 5L, 5L, 10L, 10L, 10L);
        assertThat(costs(tiers.getFirst(), "credits"))
                .containsEntry("POST /api/knowledge-bases/:id/import", new Cost(5L, 1L, 1L))
                .containsEntry("POST /api/mcp/recall", new Cost(10L, 0L, 1L))
                .containsEntry("POST /api/mcp/search-messages", new Cost(5L, 0L, 1L));
        assertThat(costs(tiers.getFirst(), "embedding_calls"))
                .containsOnlyKeys(
                        "POST /api/mcp/capture",
                        "POST /api/mcp/recall",
                        "POST /api/mcp/edit",
                        "POST /api/knowledge-bases/:id/query");
    }

    @Test
    void givenMemoryCrystal_whenItsBlockIsWrittenOut_thenThePlansAreTheSameToTheirChecksums() throws Exception {
        assertThat(PlanFile.read(FOLDER.resolve("memory-crystal.yaml")))
                .isEqualTo(PlanFile.read(FOLDER.resolve("src/test/resources/memory-crystal-written-out.yaml")));
    }

    @Test
    void givenMemoriesAi_whenRead_thenTheSecondVersionIsAnnouncedAhead() throws Exception {
        Plan plan = only(PlanFile.read(FOLDER.resolve("memories-ai.yaml")));

        assertThat(plan.getVersions())
                .extracting(PlanVersion::getVersion, PlanVersion::getNoticePeriodMs)
                .containsExactly(tuple(1, 2_592_000_000L), tuple(2, 2_592_000_000L));
        assertThat(plan.getVersions())
                .extracting(version -> version.getLimits().getFirst().getAmount())
                .containsExactly(60L, 120L);
    }

    private static Map<String, Cost> costs(Plan plan, String meterId) {
        Map<String, Cost> costs = new LinkedHashMap<>();
        plan.getVersions().getFirst().getMeters().stream()
                .filter(meter -> meter.getMeterId().equals(meterId))
                .flatMap(meter -> meter.getEndpointCosts().stream())
                .forEach(cost -> costs.put(cost.getEndpoint(), cost.getCost()));
        return costs;
    }

    static Plan only(List<Plan> plans) {
        assertThat(plans).hasSize(1);
        return plans.getFirst();
    }
}
