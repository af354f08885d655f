package dev.tollgate.plans.catalog;

import static dev.tollgate.plans.catalog.TestingPlans.plan;
import static dev.tollgate.plans.catalog.TestingPlans.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanMergeTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final String FIRST = version(1, "2026-01-01T00:00:00Z", 100);
    private static final String SECOND = version(2, "2026-07-01T00:00:00Z", 200);

    @Test
    void givenEmptyCatalog_whenMerged_thenPastVersionsAreCreated() throws PlanRejectedException {
        Plan plan = plan("p", FIRST, version(2, "2026-05-01T00:00:00Z", 200));

        PlanChange change = merge(Map.of(), plan);

        assertThat(change.kind()).isEqualTo(PlanChange.Kind.CREATED);
        assertThat(change.plan()).isEqualTo(plan);
        assertThat(change.added()).isEqualTo(plan.getVersions());
        assertThat(change.sentence())
                .isEqualTo("plan p created: version 1 from 2026-01-01T00:00:00Z, version 2 from 2026-05-01T00:00:00Z");
    }

    @Test
    void givenTheSamePlan_whenMerged_thenNothingChanges() throws PlanRejectedException {
        PlanChange change = merge(Map.of("p", plan("p", FIRST)), plan("p", FIRST));

        assertThat(change.kind()).isEqualTo(PlanChange.Kind.UNCHANGED);
        assertThat(change.added()).isEmpty();
        assertThat(change.sentence()).isEqualTo("plan p unchanged");
    }

    @Test
    void givenAFileWithOnlyTheNewVersion_whenMerged_thenTheOldOneIsKept() throws PlanRejectedException {
        PlanChange change = merge(Map.of("p", plan("p", FIRST)), plan("p", SECOND));

        assertThat(change.kind()).isEqualTo(PlanChange.Kind.CHANGED);
        assertThat(change.plan().getVersions())
                .extracting(PlanVersion::getVersion)
                .containsExactly(1, 2);
        assertThat(change.added()).extracting(PlanVersion::getVersion).containsExactly(2);
        assertThat(change.kept()).extracting(PlanVersion::getVersion).containsExactly(1);
        assertThat(change.sentence()).isEqualTo("plan p changed: version 2 from 2026-07-01T00:00:00Z");
    }

    @Test
    void givenAnotherTitle_whenMerged_thenItReplacesTheOldOneAndVersionsStay() throws PlanRejectedException {
        Plan renamed = plan("p", FIRST);
        renamed.setTitle("Another title");

        PlanChange change = merge(Map.of("p", plan("p", FIRST)), renamed);

        assertThat(change.kind()).isEqualTo(PlanChange.Kind.CHANGED);
        assertThat(change.retitled()).isTrue();
        assertThat(change.plan().getTitle()).isEqualTo("Another title");
        assertThat(change.sentence()).isEqualTo("plan p changed: title or description");
    }

    @Test
    void givenAnEditedVersion_whenMerged_thenItIsRejectedEvenIfForced() {
        Map<String, Plan> catalog = Map.of("p", plan("p", FIRST));
        Plan edited = plan("p", version(1, "2026-01-01T00:00:00Z", 101));

        for (ApplyMode mode : ApplyMode.values()) {
            assertThat(rejections(catalog, mode, edited)).singleElement().satisfies(rejection -> {
                assertThat(rejection.reason()).isEqualTo(PlanRejection.Reason.EDITED);
                assertThat(rejection.reason().isForcible()).isFalse();
                assertThat(rejection.toString())
                        .startsWith("plan p version 1: is applied with other content")
                        .contains(edited.getVersions().getFirst().getChecksum())
                        .endsWith("The limit a-limit rises from 100 to 101 per minute and account.");
            });
        }
    }

    @Test
    void givenANumberThatWasTakenOnce_whenItComesBackWithOtherContent_thenItIsRejectedEvenIfForced()
            throws PlanRejectedException {
        CatalogContent.Builder log = new CatalogContent.Builder();
        log.put(plan("p", FIRST, SECOND));
        log.put(plan("p", FIRST));
        log.put(plan("gone", FIRST));
        log.remove("gone");
        log.put(plan("gone", version(1, "2026-01-01T00:00:00Z", 102)));
        CatalogContent catalog = log.build();
        assertThat(catalog.plans()).isEqualTo(Map.of("p", plan("p", FIRST)));

        for (ApplyMode mode : ApplyMode.values()) {
            assertThatThrownBy(() -> PlanMerge.merge(
                            catalog,
                            List.of(
                                    plan("p", FIRST, version(2, "2026-07-01T00:00:00Z", 201)),
                                    plan("gone", version(1, "2026-01-01T00:00:00Z", 101))),
                            NOW,
                            mode))
                    .isInstanceOfSatisfying(
                            PlanRejectedException.class,
                            rejected -> assertThat(rejected.rejections())
                                    .extracting(PlanRejection::planId, PlanRejection::version, PlanRejection::reason)
                                    .containsExactly(
                                            tuple("p", 2, PlanRejection.Reason.EDITED),
                                            tuple("gone", 1, PlanRejection.Reason.EDITED)));
        }
        assertThat(PlanMerge.merge(
                        catalog, List.of(plan("p", FIRST, SECOND), plan("gone", FIRST)), NOW, ApplyMode.STRICT))
                .extracting(PlanChange::kind)
                .containsExactly(PlanChange.Kind.CHANGED, PlanChange.Kind.CREATED);
    }

    @Test
    void givenAVersionOfThePast_whenMerged_thenItIsRejectedUnlessForced() throws PlanRejectedException {
        Map<String, Plan> catalog = Map.of("p", plan("p", FIRST));
        Plan past = plan("p", FIRST, version(2, "2026-05-31T23:59:59.999Z", 200));

        assertThat(rejections(catalog, ApplyMode.STRICT, past))
                .singleElement()
                .satisfies(rejection -> assertThat(rejection.reason()).isEqualTo(PlanRejection.Reason.IN_THE_PAST));
        assertThat(merge(catalog, ApplyMode.FORCED, past).added()).hasSize(1);
    }

    @Test
    void givenLessThanTheNoticePeriod_whenMerged_thenItIsRejectedUnlessForced() throws PlanRejectedException {
        Map<String, Plan> catalog = Map.of("p", plan("p", FIRST));
        Plan early = plan("p", FIRST, version(2, "2026-06-30T23:59:59.999Z", 200));

        assertThat(rejections(catalog, ApplyMode.STRICT, early)).singleElement().satisfies(rejection -> {
            assertThat(rejection.reason()).isEqualTo(PlanRejection.Reason.NOTICE_TOO_SHORT);
            assertThat(rejection.sentence()).contains("no earlier date than 2026-07-01T00:00:00Z");
        });
        assertThat(merge(catalog, ApplyMode.FORCED, early).added()).hasSize(1);
        assertThat(merge(catalog, plan("p", FIRST, SECOND)).added()).hasSize(1);
    }

    @Test
    void givenVersionsBeforeTheNewest_whenMerged_thenTheyAreRejectedEvenIfForced() {
        Map<String, Plan> catalog = Map.of("p", plan("p", version(5, "2026-09-01T00:00:00Z", 100)));

        for (Plan plan : List.of(
                plan("p", version(4, "2026-10-01T00:00:00Z", 1)), plan("p", version(6, "2026-09-01T00:00:00Z", 1)))) {
            assertThat(rejections(catalog, ApplyMode.FORCED, plan))
                    .singleElement()
                    .satisfies(
                            rejection -> assertThat(rejection.reason()).isEqualTo(PlanRejection.Reason.OUT_OF_ORDER));
        }
    }

    @Test
    void givenALimitThatCountsOtherwise_whenMerged_thenItIsRejected() {
        Map<String, Plan> catalog = Map.of("p", plan("p", FIRST));
        Plan plan = plan("p", version(2, "2026-09-01T00:00:00Z", 100, "window: hour"));

        assertThat(rejections(catalog, ApplyMode.FORCED, plan)).singleElement().satisfies(rejection -> {
            assertThat(rejection.reason()).isEqualTo(PlanRejection.Reason.COUNTS_DIFFERENTLY);
            assertThat(rejection.sentence()).contains("'a-limit'").contains("version 1");
        });
    }

    @Test
    void givenSeveralConflicts_whenMerged_thenAllAreNamedAtOnce() {
        Map<String, Plan> catalog = Map.of("p", plan("p", FIRST), "q", plan("q", FIRST));

        assertThat(rejections(
                        catalog,
                        ApplyMode.STRICT,
                        plan("p", version(1, "2026-01-01T00:00:00Z", 7), version(2, "2026-05-01T00:00:00Z", 8)),
                        plan("q", version(1, "2026-01-02T00:00:00Z", 100)),
                        plan("r", FIRST)))
                .extracting(PlanRejection::planId, PlanRejection::version, PlanRejection::reason)
                .containsExactly(
                        tuple("p", 1, PlanRejection.Reason.EDITED),
                        tuple("p", 2, PlanRejection.Reason.IN_THE_PAST),
                        tuple("q", 1, PlanRejection.Reason.EDITED));
    }

    @Test
    void givenOnePlanTwice_whenMerged_thenTheCallerIsToldSo() {
        assertThatThrownBy(() -> PlanMerge.merge(
                        CatalogContent.of(Map.of()),
                        List.of(plan("p", FIRST), plan("p", SECOND)),
                        NOW,
                        ApplyMode.STRICT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[p, p]");
    }

    private static PlanChange merge(Map<String, Plan> catalog, Plan plan) throws PlanRejectedException {
        return merge(catalog, ApplyMode.STRICT, plan);
    }

    private static PlanChange merge(Map<String, Plan> catalog, ApplyMode mode, Plan plan) throws PlanRejectedException {
        return PlanMerge.merge(CatalogContent.of(catalog), List.of(plan), NOW, mode)
                .getFirst();
    }

    private static List<PlanRejection> rejections(Map<String, Plan> catalog, ApplyMode mode, Plan... plans) {
        try {
            PlanMerge.merge(CatalogContent.of(catalog), List.of(plans), NOW, mode);
            return List.of();
        } catch (PlanRejectedException e) {
            assertThat(e).hasMessageContaining(e.rejections().getFirst().toString());
            return e.rejections();
        }
    }
}
