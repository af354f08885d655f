package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.plans.Difference.Effect;
import dev.tollgate.plans.Difference.Kind;
import dev.tollgate.plans.Difference.Subject;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlanDiffTest {
    private static final String BASE = """
        plans:
          - id: p
            title: P
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters:
                  requests: {unit: request, default: 1, endpoints: {/a: 2, /b: {base: 3, per_unit: 1, unit_size: 10}}}
                limits:
                  - {id: day, meter: requests, amount: 4000, window: day}
                  - {id: flight, meter: requests, amount: 5, algorithm: concurrency, lease: 1m}
                  - {id: open, meter: requests, amount: unlimited, window: month}
                per_call_caps:
                  - {endpoint: /a, dimension: units, max: 1000}
                charged_outcomes: [success]
        """;

    @ParameterizedTest
    @CsvFileSource(resources = "plan-changes.csv", delimiter = '|', quoteCharacter = '\'')
    void givenOneChange_whenCompared_thenOneSentenceTellsIt(
            String part,
            String replacement,
            Subject subject,
            String id,
            String property,
            Effect effect,
            String sentence)
            throws PlanFileException {
        assertThat(BASE).contains(part);
        String changed = BASE.replace(part, replacement).replace(", notice_period", "\n        notice_period");

        List<Difference> differences = PlanDiff.ofPlans(plan(BASE), plan(changed));

        assertThat(differences).singleElement().satisfies(difference -> {
            assertThat(difference.kind()).isEqualTo(Kind.CHANGED);
            assertThat(difference.subject()).isEqualTo(subject);
            assertThat(difference.id()).isEqualTo(id);
            assertThat(difference.property()).isEqualTo(property);
            assertThat(difference.effect()).isEqualTo(effect);
            assertThat(difference.sentence()).isEqualTo(sentence);
            assertThat(difference.before()).isNotEqualTo(difference.after());
        });
    }

    @Test
    void givenThingsThatCameAndWent_whenCompared_thenBothSidesAreSaid() throws PlanFileException {
        String other = """
            plans:
              - id: p
                title: P
                versions:
                  - version: 1
                    effective_from: 2026-01-01T00:00:00Z
                    meters:
                      requests: {unit: request, default: 1, endpoints: {/c: 4, /a: 2}}
                      credits: {default: 0, endpoints: {/a: 1}}
                    limits:
                      - {id: burst, meter: credits, amount: 50, algorithm: leaky_bucket, period: 1m}
                      - {id: flight, meter: requests, amount: 5, algorithm: concurrency, lease: 1m}
                      - {id: open, meter: requests, amount: unlimited, window: month}
                    per_call_caps:
                      - {endpoint: /c, dimension: output_items, max: 25}
            """;

        assertThat(PlanDiff.ofPlans(plan(BASE), plan(other)))
                .extracting(Difference::sentence)
                .containsExactly(
                        "A call to /c has its own cost on the meter requests, 4.",
                        "A call to /b has no cost of its own on the meter requests any more; it was 3 plus 1 for each"
                                + " started 10 units.",
                        "There is a new meter, credits; a call costs 0, with other costs for 1 endpoint.",
                        "There is a new limit, burst: at most 50 of the meter credits refilling over 1m and account,"
                                + " with a warning at 90 % used, denied above.",
                        "The limit day is gone; it was at most 4,000 of the meter requests per day and account, with a"
                                + " warning at 90 % used, denied above.",
                        "A single call to /c may have at most 25 items of output.",
                        "A single call to /a is no longer bounded to 1,000 units.");
    }

    @Test
    void givenANewVersion_whenPlansAreCompared_thenItIsComparedWithTheOneBefore() throws Exception {
        Plan both = ShippedPlansTest.only(PlanFile.read(Path.of("memories-ai.yaml")));
        PlanVersion first = both.getVersions().getFirst();
        Plan old = new Plan(both.getPlanId(), both.getTitle(), both.getDescription(), List.of(first));

        assertThat(PlanDiff.ofPlans(old, both))
                .extracting(Difference::sentence)
                .containsExactly(
                        "Version 2 of memories-ai takes effect on 2026-07-01T00:00:00Z.",
                        "The limit requests-per-minute rises from 60 to 120 per minute and account.");
        assertThat(PlanDiff.ofPlans(both, old))
                .extracting(Difference::sentence)
                .containsExactly("Version 2 of memories-ai is gone.");
    }

    @Test
    void givenTwoCatalogs_whenCompared_thenPlansThatCameAndWentAreNamed() throws PlanFileException {
        Plan p = plan(BASE);
        Plan q = plan(BASE.replace("id: p", "id: q"));

        assertThat(PlanDiff.ofCatalogs(List.of(p), List.of(q)))
                .extracting(Difference::kind, Difference::subject, Difference::id)
                .containsExactly(tuple(Kind.ADDED, Subject.PLAN, "q"), tuple(Kind.REMOVED, Subject.PLAN, "p"));
    }

    @ParameterizedTest
    @MethodSource("dev.tollgate.plans.ShippedPlansTest#shippedFiles")
    void givenTheSameFile_whenCompared_thenNothingDiffers(Path file) throws Exception {
        assertThat(PlanDiff.ofCatalogs(PlanFile.read(file), PlanFile.read(file)))
                .isEmpty();
    }

    private static Plan plan(String text) throws PlanFileException {
        return ShippedPlansTest.only(PlanFile.read(text, "p.yaml"));
    }
}
