package dev.tollgate.planmodel.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowLengthTest {
    @ParameterizedTest
    @CsvSource({
        "minute, 1, MINUTE, minute, minute",
        "1 minute, 1, MINUTE, minute, minute",
        "1m, 1, MINUTE, minute, minute",
        "15 minutes, 15, MINUTE, 15 minutes, 15-minutes",
        "15m, 15, MINUTE, 15 minutes, 15-minutes",
        "10s, 10, SECOND, 10 seconds, 10-seconds",
        "2h, 2, HOUR, 2 hours, 2-hours",
        "7d, 7, DAY, 7 days, 7-days",
        "2w, 2, WEEK, 2 weeks, 2-weeks",
        "week, 1, WEEK, week, week",
        "3 months, 3, MONTH, 3 months, 3-months",
        "year, 1, YEAR, year, year",
        "315360000s, 315360000, SECOND, 315360000 seconds, 315360000-seconds"
    })
    void givenALength_whenRead_thenItIsWrittenInWords(
            String text, int count, WindowUnit unit, String words, String label) {
        WindowLength length = WindowLength.parse(text).orElseThrow();

        assertThat(length).isEqualTo(new WindowLength(count, unit));
        assertThat(length).hasToString(words);
        assertThat(length.label()).isEqualTo(label);
        assertThat(WindowLength.parse(words)).contains(length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "minutes",
                "0 minutes",
                "-1 day",
                "1.5 days",
                "15",
                "15 m",
                "3mo",
                "1y",
                "Minute",
                "15  minutes",
                "11 years",
                "121 months",
                "3651 days",
                "999999999 seconds",
                "9999999999s",
                "fortnight",
                "minute "
            })
    void givenNoLengthOrOneOfMoreThanTenYears_whenRead_thenThereIsNone(String text) {
        assertThat(WindowLength.parse(text)).isEmpty();
    }

    @Test
    void givenACountOutOfRange_whenMade_thenTheMessageNamesIt() {
        assertThatThrownBy(() -> new WindowLength(0, WindowUnit.WEEK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a window must have 1 to 520 weeks, which is ten years, was 0");
    }

    @Test
    void givenTheLongestWindows_whenTheirLengthIsAsked_thenItIsAboutTenYears() {
        for (WindowUnit unit : WindowUnit.values()) {
            assertThat(new WindowLength(unit.maxCount(), unit).maxMillis())
                    .isBetween(3_600 * 86_400_000L, 3_720 * 86_400_000L);
        }
    }
}
