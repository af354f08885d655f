package dev.tollgate.notify.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-05-04T10:00:00Z");

    @Test
    void givenSecondsOrADate_whenParsed_thenItIsTheTimeFromNow() {
        assertThat(RetryAfter.parse("120", NOW)).isEqualTo(Duration.ofMinutes(2));
        assertThat(RetryAfter.parse(" 7 ", NOW)).isEqualTo(Duration.ofSeconds(7));
        assertThat(RetryAfter.parse("Mon, 04 May 2026 10:03:00 GMT", NOW)).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void givenMoreThanADay_whenParsed_thenItIsADay() {
        assertThat(RetryAfter.parse("999999999999", NOW)).isEqualTo(Duration.ofHours(24));
        assertThat(RetryAfter.parse("Mon, 04 May 2099 10:03:00 GMT", NOW)).isEqualTo(Duration.ofHours(24));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "soon", "-5", "1.5", "9999999999999999999999", "Mon, 04 May 2020 10:03:00 GMT"})
    void givenWhatIsNoTimeToCome_whenParsed_thenItIsAbsent(String value) {
        assertThat(RetryAfter.parse(value, NOW)).isZero();
    }
}
