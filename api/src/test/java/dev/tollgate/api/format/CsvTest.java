package dev.tollgate.api.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {

    @Test
    void givenValuesOfEveryKind_whenWritten_thenTheLineIsAsRfc4180Says() {
        List<Object> row = Arrays.asList(
                "plain", "a,b", "say \"hi\"", "two\r\nlines", null, -7L, true, Map.of("k", "v"), List.of(1L, 2L), "");

        assertThat(Csv.line(row))
                .isEqualTo("plain,\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",,-7,true,\"{\"\"k\"\":\"\"v\"\"}\","
                        + "\"[1,2]\",\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"})
    void givenATextThatASpreadsheetWouldRun_whenWritten_thenAnApostropheGoesBefore(String text) {
        assertThat(Csv.line(List.of(text)).replace("\"", "")).startsWith("'" + text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv|CSV",
                "application/json|JSON",
                "application/x-ndjson|NDJSON",
                "*/*|JSON",
                "text/html,application/xhtml+xml,*/*;q=0.8|JSON",
                "application/json;q=0.5,text/csv|CSV",
                "text/csv;header=present|CSV",
                "image/png|JSON",
                ";;,|JSON",
                "W/\"x\"|JSON"
            })
    void givenAccept_whenRead_thenTheFirstThatThereIsCounts(String accept, RowFormat format) {
        assertThat(RowFormat.ofAccept(List.of(accept))).isEqualTo(format);
    }
}
