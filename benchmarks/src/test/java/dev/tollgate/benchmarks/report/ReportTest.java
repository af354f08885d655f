package dev.tollgate.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Machine MACHINE = new Machine(
            2,
            25_769_803_776L,
            "Linux 6 amd64",
            "JDK 25",
            2_147_483_648L,
            "Serial",
            Map.of("kafka", "4.3.1"),
            "abc",
            0);

    private static Report report(List<List<String>> rows) {
        return new Report(
                "pipeline",
                "./tollgate bench pipeline --quick",
                MACHINE,
                Map.of("seed", 7L),
                List.of("job", "events/s"),
                rows,
                List.of(Map.of("job", "a", "events_per_second", 1.5)),
                List.of("A note."));
    }

    @Test
    void givenRows_whenPrinted_thenColumnsAreInLine() {
        assertThat(report(List.of(List.of("a", "1,000"), List.of("longer", "9")))
                        .toText())
                .startsWith("job     events/s\na          1,000\nlonger         9\nA note.\nseed=7; 2 cores, 24 GiB");
    }

    @Test
    void givenRows_whenPrintedAsMarkdown_thenCommandAndMachineStandBesideTheTable() {
        assertThat(report(List.of(List.of("a", "1,000"))).toMarkdown())
                .startsWith("""
                    ```
                    ./tollgate bench pipeline --quick
                    ```

                    | job | events/s |
                    |---|---:|
                    | a | 1,000 |

                    A note.
                    """)
                .contains("commit abc");
    }

    @Test
    void givenAReport_whenWrittenAsJson_thenAProgramFindsMachineSeedAndFigures() throws Exception {
        JsonNode json = new ObjectMapper().readTree(report(List.of()).toJson());

        assertThat(json.at("/machine/cores").asInt()).isEqualTo(2);
        assertThat(json.at("/machine/commit").asText()).isEqualTo("abc");
        assertThat(json.at("/machine/versions/kafka").asText()).isEqualTo("4.3.1");
        assertThat(json.at("/parameters/seed").asLong()).isEqualTo(7);
        assertThat(json.at("/results/0/events_per_second").asDouble()).isEqualTo(1.5);
    }

    @Test
    void givenARowOfAnotherWidth_whenMade_thenItIsRejected() {
        assertThatThrownBy(() -> report(List.of(List.of("a"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have 2 cells, had 1");
    }

    @Test
    void givenBars_whenDrawn_thenTheLongestTakesTheWholeWidthAndTextsAreEscaped() {
        String svg = BarChart.svg(
                "a & b", List.of(new BarChart.Bar("x", 50, "50", false), new BarChart.Bar("<y>", 100, "100", true)));

        assertThat(svg)
                .contains("a &amp; b", "&lt;y&gt;", "width=\"200\" height=\"18\"", "width=\"400\" height=\"18\"")
                .endsWith("</svg>\n");
    }
}
