package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.plans.catalog.ApplyMode;
import dev.tollgate.plans.catalog.CatalogContent;
import dev.tollgate.plans.catalog.PlanMerge;
import dev.tollgate.plans.catalog.PlanRejectedException;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.WindowCalendar;
import dev.tollgate.schemas.avro.WindowLength;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class CalendarKeysTest {
    private static final String FILE = """
        plans:
          - id: p
            title: P
            time_zone: Europe/Berlin
            anchor: {day: 15, hour: 6}
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters: {requests: {default: 1}}
                limits:
                  - {id: quarter-hour, meter: requests, amount: 10, window: 15m}
                  - {id: month, meter: requests, amount: 100, window: month}
        """;

    private static PlanVersion read(String text) throws PlanFileException {
        return PlanFile.read(text, "p.yaml").getFirst().getVersions().getFirst();
    }

    @Test
    void givenATimeZoneAndAnAnchor_whenRead_thenOldReadersTakeNoWindowForAnotherOne() throws Exception {
        PlanVersion version = read(FILE);

        assertThat(version.getCalendar()).isEqualTo(new WindowCalendar("Europe/Berlin", 1, 15, 1, 6));
        assertThat(version.getLimits())
                .extracting(Limit::getWindow)
                .containsExactly(WindowUnit.OTHER, WindowUnit.OTHER);
        assertThat(version.getLimits())
                .extracting(Limit::getWindowLength)
                .containsExactly(new WindowLength(15, WindowUnit.MINUTE), new WindowLength(1, WindowUnit.MONTH));
        assertThat(version.getLimits()).extracting(Limit::getBucketName).containsExactly("15-minutes", "month");
    }

    @Test
    void givenWindowsOfUtc_whenRead_thenTheyAreWrittenAsBefore() throws Exception {
        PlanVersion version = read(FILE.replace("    time_zone: Europe/Berlin\n", "")
                .replace("    anchor: {day: 15, hour: 6}\n", "")
                .replace("15m", "60 minutes"));

        assertThat(version.getCalendar()).isNull();
        assertThat(version.getLimits().getLast().getWindow()).isEqualTo(WindowUnit.MONTH);
        assertThat(version.getLimits().getLast().getWindowLength()).isNull();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "calendar-mistakes.csv", delimiter = '|', quoteCharacter = '\'')
    void givenAWrongValue_whenRead_thenTheMessageNamesKeyValueAndRemedy(
            String part, String replacement, String message) {
        assertThat(PlanFile.check(FILE.replace(part, replacement), "p.yaml").errors())
                .extracting(PlanProblem::toString)
                .containsExactly(message);
    }

    @Test
    void givenACalendarThatNothingFollows_whenRead_thenItIsAWarning() {
        String text = FILE.replace("window: month", "window: hour");

        assertThat(PlanFile.check(text, "p.yaml").warnings())
                .extracting(PlanProblem::path)
                .contains("plans[0].time_zone", "plans[0].anchor");
    }

    @Test
    void givenAnotherCalendar_whenCompared_thenItIsSaidAndTheChecksumDiffers() throws Exception {
        PlanVersion before = read(FILE);
        PlanVersion after = read(FILE.replace("Europe/Berlin", "Asia/Kathmandu").replace("day: 15, ", ""));

        assertThat(after.getChecksum()).isNotEqualTo(before.getChecksum());
        assertThat(PlanDiff.ofVersions(before, after))
                .extracting(Difference::sentence)
                .containsExactly("Windows of a day and longer follow Asia/Kathmandu from 06:00 instead of Europe/Berlin"
                        + " from day 15, 06:00.");
        assertThat(PlanDiff.ofVersions(before, read(FILE.replace("15m", "20 minutes"))))
                .extracting(Difference::sentence)
                .contains("The limit quarter-hour counts per 20 minutes instead of per 15 minutes.");
    }

    @Test
    void givenANewVersionInAnotherTimeZone_whenApplied_thenItIsRejectedWithARemedy() throws Exception {
        Plan applied = PlanFile.read(FILE, "p.yaml").getFirst();
        Plan moved = PlanFile.read(
                        FILE.replace("Europe/Berlin", "Asia/Kathmandu")
                                .replace("version: 1", "version: 2")
                                .replace("2026-01-01", "2027-01-01"),
                        "p.yaml")
                .getFirst();

        assertThatThrownBy(() -> PlanMerge.merge(
                        CatalogContent.of(Map.of("p", applied)),
                        List.of(moved),
                        Instant.parse("2026-06-01T00:00:00Z"),
                        ApplyMode.STRICT))
                .isInstanceOf(PlanRejectedException.class)
                .hasMessageContaining(
                        "plan p version 2: has another time zone or anchor than version 1, and windows that run"
                                + " cannot move; make another plan of it and assign the accounts.");
    }
}
