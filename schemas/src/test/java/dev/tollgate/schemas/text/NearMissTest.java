package dev.tollgate.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearMissTest {
    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "'', limit, 5",
        "limit, limit, 0",
        "limt, limit, 1",
        "kitten, sitting, 3",
        "sitting, kitten, 3"
    })
    void givenTwoTexts_whenMeasured_thenTheFewestEditsAreCounted(String a, String b, int edits) {
        assertThat(NearMiss.distance(a, b)).isEqualTo(edits);
    }

    @ParameterizedTest
    @CsvSource({
        "succes, success",
        "AUTH-FAILED, auth_failed",
        "sucess-full, ",
        "at, ",
        "ap, api",
        "wholly-else, ",
    })
    void givenAWord_whenNearOnesAreKnown_thenTheNearestIsProposed(String word, String proposed) {
        assertThat(NearMiss.of(word, List.of("success", "auth_failed", "api"))).isEqualTo(proposed);
    }

    @Test
    void givenAWordOfAnyLength_whenItIsLongerThanAnyName_thenNothingIsCompared() {
        assertThat(NearMiss.of("x".repeat(101), List.of("x".repeat(101)))).isNull();
    }
}
