package dev.tollgate.streams.scenario;

import dev.tollgate.engine.plan.PlanVersion;
import dev.tollgate.engine.plan.Plans;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileException;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.streams.translate.PlanTranslator;
import dev.tollgate.testkit.scenario.Scenario;
import dev.tollgate.testkit.scenario.ScenarioReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The catalogue that a scenario names, read as an operator's is. */
record ScenarioPlans(List<Plan> plans) {
    private static final String SHIPPED = "plans/";

    static ScenarioPlans of(Scenario scenario) {
        try {
            return new ScenarioPlans(
                    scenario.plans().startsWith(SHIPPED)
                            ? PlanFile.read(Path.of("..", scenario.plans()))
                            : PlanFile.read(ScenarioReader.resource(scenario.plans()), scenario.plans()));
        } catch (PlanFileException e) {
            throw new IllegalArgumentException(scenario.file() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the engine has it. */
    Plans forTheEngine() {
        List<PlanVersion> versions = new ArrayList<>();
        plans.forEach(plan -> versions.addAll(PlanTranslator.versions(plan)));
        return Plans.of(versions);
    }

    /** How the plan puts a threshold; null for the full amount. */
    @Nullable
    String thresholdOf(String planId, int version, String limitId, @Nullable Integer usedBasisPoints) {
        if (usedBasisPoints == null) {
            return null;
        }
        return plans.stream()
                .filter(plan -> plan.getPlanId().equals(planId))
                .flatMap(plan -> plan.getVersions().stream())
                .filter(candidate -> candidate.getVersion() == version)
                .flatMap(candidate -> candidate.getLimits().stream())
                .filter(limit -> limit.getLimitId().equals(limitId))
                .flatMap(limit -> thresholdsOf(limit).stream())
                .filter(threshold -> threshold.usedBasisPoints() == usedBasisPoints)
                .map(dev.tollgate.engine.plan.Threshold::toString)
                .findFirst()
                .orElse(usedBasisPoints + " basis points used");
    }

    private static List<dev.tollgate.engine.plan.Threshold> thresholdsOf(Limit limit) {
        List<dev.tollgate.engine.plan.Threshold> thresholds = new ArrayList<>();
        for (Threshold threshold : limit.getThresholds()) {
            thresholds.add(new dev.tollgate.engine.plan.Threshold(
                    dev.tollgate.engine.plan.Threshold.Kind.valueOf(
                            threshold.getKind().name()),
                    threshold.getBasisPoints()));
        }
        return thresholds;
    }
}
