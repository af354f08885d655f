package dev.tollgate.notify.internal.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorUrlTest {
    @Test
    void givenLabelsThatAreMissing_whenFilled_thenNothingStandsInTheirPlace() {
        assertThat(GeneratorUrl.parse("https://u.example.org/{account}?l={limit}&k={scope_key}")
                        .of(Map.of("account", "acme inc", "limit", "day")))
                .isEqualTo("https://u.example.org/acme%20inc?l=day&k=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "acme",
                "ftp://example.org/{account}",
                "https://e.org/{threshold}",
                "https://e.org/{",
                "https:///a"
            })
    void givenWhatIsNoTemplate_whenParsed_thenItIsRejected(String text) {
        assertThatThrownBy(() -> GeneratorUrl.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
