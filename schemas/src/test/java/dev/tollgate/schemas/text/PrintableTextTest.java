package dev.tollgate.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTextTest {

    @Test
    void givenWhatActsOnATerminal_whenShown_thenItIsEscaped() {
        assertThat(PrintableText.of("a\u001b[31mred")).isEqualTo("a\\u001B[31mred");
        assertThat(PrintableText.of("two\nlines\tand\r")).isEqualTo("two\\nlines\\tand\\u000D");
        assertThat(PrintableText.of("\u009b31m\u007f")).isEqualTo("\\u009B31m\\u007F");
        assertThat(PrintableText.of("abc\u202Ecba\u2066x\u2069\u200f\u061c"))
                .isEqualTo("abc\\u202Ecba\\u2066x\\u2069\\u200F\\u061C");
        assertThat(PrintableText.of("a\u2028b")).isEqualTo("a\\u2028b");
    }

    @Test
    void givenOtherText_whenShown_thenItStaysTheSameObject() {
        String text = "é \ud83d\ude00 \\u001b \"quoted\" \u200b \u0627\u0644";

        assertThat(PrintableText.of(text)).isSameAs(text);
    }

    @Test
    void givenAMessageOfSeveralLines_whenShown_thenItsLinesStay() {
        assertThat(PrintableText.lines("one\n\ttwo\u001b")).isEqualTo("one\n\ttwo\\u001B");
        assertThat(PrintableText.json("{\"a\":\"\u0085\"}")).isEqualTo("{\"a\":\"\\u0085\"}");
    }
}
