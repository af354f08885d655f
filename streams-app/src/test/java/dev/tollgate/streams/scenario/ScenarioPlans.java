package dev.tollgate.streams.scenario;

import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileException;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.plan.PlanTranslator;
import dev.tollgate.testkit.scenario.Scenario;
import dev.tollgate.testkit.scenario.ScenarioReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The catalog that a scenario names, read as an operator's is. */
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
}
