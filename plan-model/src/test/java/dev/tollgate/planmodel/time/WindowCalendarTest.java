package dev.tollgate.planmodel.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowCalendarTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "+01:00", "UTC+1", "Europe/Berlyn", "europe/berlin", "CEST", "Z"})
    void givenNoRegion_whenTaken_thenTheMessageNamesIt(String zone) {
        assertThatThrownBy(() -> new WindowCalendar(zone, WindowAnchor.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the time zone must be a region of the IANA database such as Europe/Berlin, was '" + zone
                        + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 0, month, 1 to 12",
        "1, 32, 1, 0, day, 1 to 31",
        "1, 1, 8, 0, weekday, 1 to 7",
        "1, 1, 1, 24, hour, 0 to 23"
    })
    void givenAPartOutOfRange_whenMade_thenTheMessageNamesIt(
            int month, int day, int weekday, int hour, String part, String range) {
        assertThatThrownBy(() -> new WindowAnchor(month, day, weekday, hour))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the " + part + " of an anchor must be " + range + ", was ");
    }

    @Test
    void givenAnOverride_whenTakenOverACalendar_thenOnlyItsPartsAreOthers() {
        WindowCalendar plan = new WindowCalendar("Asia/Tokyo", new WindowAnchor(4, 15, 3, 6));

        assertThat(CalendarOverride.NONE.over(plan)).isEqualTo(plan);
        assertThat(new CalendarOverride("Asia/Kathmandu", null, null, null, null).over(plan))
                .isEqualTo(new WindowCalendar("Asia/Kathmandu", new WindowAnchor(4, 15, 3, 6)));
        assertThat(new CalendarOverride(null, 5, 31, 7, 0).over(plan))
                .isEqualTo(new WindowCalendar("Asia/Tokyo", new WindowAnchor(5, 31, 7, 0)));
    }

    @Test
    void givenAnOverrideThatNamesNoRegion_whenMade_thenItIsRejected() {
        assertThatThrownBy(() -> new CalendarOverride("Nowhere/City", null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Nowhere/City");
    }
}
