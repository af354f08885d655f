package dev.tollgate.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ShortTextTest {
    /** Two UTF-16 units. */
    private static final String CLEF = "\uD834\uDD1E";

    @Test
    void givenTextWithinTheBound_whenCut_thenItStays() {
        assertThat(ShortText.cut("abc", 3)).isEqualTo("abc");
        assertThat(ShortText.cut("", 1)).isEmpty();
        assertThat(ShortText.shown("abc", 3)).isEqualTo("abc");
    }

    @Test
    void givenTextBeyondTheBound_whenCut_thenItsBeginningIsLeft() {
        assertThat(ShortText.cut("abcd", 3)).isEqualTo("abc");
        assertThat(ShortText.shown("abcd", 3)).isEqualTo("abc...");
    }

    @Test
    void givenASurrogatePairOnTheBound_whenCut_thenItIsLeftOutWhole() {
        assertThat(ShortText.cut("ab" + CLEF, 3)).isEqualTo("ab");
        assertThat(ShortText.cut("a" + CLEF + "b", 3)).isEqualTo("a" + CLEF);
        assertThat(ShortText.cut(CLEF + CLEF, 1)).isEmpty();
        assertThat(ShortText.shown("ab" + CLEF, 3)).isEqualTo("ab...");
    }
}
