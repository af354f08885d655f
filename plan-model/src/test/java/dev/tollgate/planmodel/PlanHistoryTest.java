package dev.tollgate.planmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.planmodel.PlanHistory.ChangedVersionException;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A number of a plan means one content for good. */
class PlanHistoryTest {
    private final PlanHistory history = new PlanHistory();

    @Test
    void givenAVersion_whenItIsPublishedAgain_thenItIsTheSameObject() {
        PlanVersion first = history.put("p", List.of(version(1, 10, "P"))).get(0);

        assertThat(history.put("p", List.of(version(1, 10, "P"), version(2, 20, "P"))))
                .first()
                .isSameAs(first);
        history.remove("p");
        assertThat(history.put("p", List.of(version(1, 10, "P")))).containsExactly(first);
    }

    @Test
    void givenAVersion_whenItIsPublishedWithOtherContent_thenTheRecordIsRejectedAndNothingOfItIsTaken() {
        history.put("p", List.of(version(1, 10, "P")));

        assertThatThrownBy(() -> history.put("p", List.of(version(1, 11, "P"), version(2, 20, "P"))))
                .isInstanceOf(ChangedVersionException.class)
                .hasMessage("plan p: version 1 was published with other content, and a version never changes, also"
                        + " after its plan was removed; give the new content the number 3");
        assertThat(history.put("p", List.of(version(1, 10, "P"), version(2, 30, "P"))))
                .as("the rejected record did not take the number 2")
                .hasSize(2);
    }

    @Test
    void givenAVersionThatIsGone_whenItsNumberComesBackWithOtherContent_thenTheRecordIsRejected() {
        history.put("p", List.of(version(1, 10, "P"), version(2, 20, "P")));
        history.put("p", List.of(version(1, 10, "P")));
        assertThatThrownBy(() -> history.put("p", List.of(version(2, 21, "P"))))
                .isInstanceOf(ChangedVersionException.class);

        assertThat(history.remove("p")).isTrue();
        assertThat(history.remove("p")).isFalse();
        assertThatThrownBy(() -> history.put("p", List.of(version(1, 11, "P"))))
                .isInstanceOf(ChangedVersionException.class)
                .hasMessageEndingWith("the number 3");
        assertThat(history.put("q", List.of(renamed(version(1, 11, "P"), "q")))).hasSize(1);
    }

    @Test
    void givenAnotherTitle_whenPublished_thenItIsTaken() {
        history.put("p", List.of(version(1, 10, "P")));

        List<PlanVersion> retitled = history.put("p", List.of(version(1, 10, "Another title")));
        assertThat(retitled).extracting(PlanVersion::title).containsExactly("Another title");
        assertThat(history.put("p", List.of(version(1, 10, "Another title"))).get(0))
                .isSameAs(retitled.get(0));
    }

    @Test
    void givenVersionsThatContradictEachOther_whenPublished_thenNothingOfThemIsTaken() {
        assertThatThrownBy(() -> history.put("p", List.of(version(1, 10, "P"), version(1, 11, "P"))))
                .isInstanceOf(IllegalArgumentException.class)
                .isNotInstanceOf(ChangedVersionException.class);

        assertThat(history.put("p", List.of(version(1, 12, "P")))).hasSize(1);
    }

    @Test
    void givenRetiredVersions_whenACatalogIsAsked_thenItGivesThemByNumberAndInNoOtherWay() {
        PlanVersion first = version(1, 10, "P");
        PlanVersion second = version(2, 20, "P");
        Plans plans = Plans.of(second).withRetired(List.of(first, second));

        assertThat(plans.version("p", 1)).isSameAs(first);
        assertThat(plans.version("p", 2)).isSameAs(second);
        assertThat(plans.version("p", 3)).isNull();
        assertThat(plans.version("q", 1)).isNull();
        assertThat(plans.planAt("p", 150)).isNull();
        assertThat(plans.nextAfter("p", 50)).isSameAs(second);
        assertThat(plans.all()).containsExactly(PlanVersion.NONE, second);
        assertThat(plans.with(version(3, 30, "P")).version("p", 1)).isSameAs(first);
    }

    private static PlanVersion version(int number, long amount, String title) {
        return new PlanVersion(
                "p",
                number,
                100L * number,
                0,
                title,
                List.of(new Meter("requests", "request", CostTable.flat(1))),
                List.of(Limit.enforced("l", "requests", amount, new Algorithm.FixedWindow(WindowUnit.MINUTE))),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }

    private static PlanVersion renamed(PlanVersion version, String planId) {
        return new PlanVersion(
                planId,
                version.version(),
                version.effectiveFromMillis(),
                version.noticePeriodMillis(),
                version.title(),
                version.meters(),
                version.limits(),
                version.perCallCaps(),
                version.consumption());
    }
}
