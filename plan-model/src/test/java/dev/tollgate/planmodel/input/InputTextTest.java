package dev.tollgate.planmodel.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputTextTest {

    @Test
    void givenControlCharacters_whenAnIdIsChecked_thenEachIsNamedWithItsPlace() {
        for (int c = 0; c < 0x100; c++) {
            Violation violation = InputText.required("account_id", "ab" + (char) c, 128);
            boolean control = c < 0x20 || c >= 0x7F && c <= 0x9F;
            if (control) {
                assertThat(violation)
                        .isEqualTo(new Violation(
                                "account_id",
                                InputRule.CHARACTERS,
                                String.format("must have no control characters, has U+%04X as character 3", c)));
            } else {
                assertThat(violation).as("U+%04X", c).isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "\u00a0",
                "\u200b",
                "\ufeff",
                "\u2060\u200d",
                "\u3164",
                "\u2800 ",
                "\udb40\udc41",
                "\u202e",
                "\u3000"
            })
    void givenInvisibleCharactersOnly_whenChecked_thenItIsNoId(String text) {
        assertThat(InputText.required("event_id", text, 128))
                .extracting(Violation::rule)
                .isEqualTo(InputRule.PRESENCE);
        assertThat(InputText.optional("project_id", text, 128))
                .extracting(Violation::rule)
                .isEqualTo(InputRule.CHARACTERS);
        assertThat(InputText.required("event_id", text + "x", 128)).isNull();
    }

    @Test
    void givenNothing_whenChecked_thenARequiredIdIsMissingAndAnOptionalOneIsLeftOut() {
        assertThat(InputText.required("event_id", null, 128))
                .extracting(Violation::sentence)
                .isEqualTo("event_id must be 1 to 128 characters, was missing");
        assertThat(InputText.required("event_id", "", 128))
                .extracting(Violation::sentence)
                .isEqualTo("event_id must be 1 to 128 characters, was blank");
        assertThat(InputText.optional("project_id", null, 128)).isNull();
        assertThat(InputText.optional("project_id", "", 128)).isNull();
    }

    @Test
    void givenHalfASurrogatePair_whenChecked_thenItIsNoText() {
        for (String text : new String[] {"\ud83d", "\ude00\ud83d", "a\ud83db"}) {
            assertThat(InputText.required("event_id", text, 128))
                    .extracting(Violation::rule)
                    .isEqualTo(InputRule.UNICODE);
            assertThat(InputText.label("producer", text, 128))
                    .extracting(Violation::rule)
                    .isEqualTo(InputRule.UNICODE);
        }
        assertThat(InputText.required("event_id", "\ud83d\ude00", 128)).isNull();
    }

    @Test
    void givenTheGreatestLength_whenChecked_thenOneMoreIsTooLong() {
        assertThat(InputText.required("endpoint", "e".repeat(512), 512)).isNull();
        assertThat(InputText.required("endpoint", "e".repeat(513), 512))
                .extracting(Violation::sentence)
                .isEqualTo("endpoint must be at most 512 characters, was 513");
        assertThat(InputText.label("producer", "two\nlines", 128)).isNull();
    }
}
