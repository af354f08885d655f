package dev.tollgate.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
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
        assertThat(EditDistance.between(a, b)).isEqualTo(edits);
    }
}
