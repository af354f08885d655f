package dev.tollgate.cli.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.cli.DeclaredMetrics;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboards for Grafana: what they show exists, all meters are shown, and links to them stay. */
class DashboardsTest {
    private static final Path FOLDER = Path.of("..", "deploy", "grafana");

    private static TreeMap<String, JsonNode> dashboards() throws IOException {
        TreeMap<String, JsonNode> dashboards = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.toList()) {
                dashboards.put(file.getFileName().toString(), new ObjectMapper().readTree(Files.readString(file)));
            }
        }
        return dashboards;
    }

    /** As Prometheus gets them: with an interval in place of Grafana's variable. */
    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode dashboard : dashboards().values()) {
            for (JsonNode panel : dashboard.path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    expressions.add(target.path("expr").asText().replace("$__rate_interval", "5m"));
                }
            }
        }
        return expressions;
    }

    @Test
    void givenTheDashboards_whenRead_thenTheirIdsStayAndNothingIsOfOneGrafana() throws Exception {
        assertThat(dashboards().keySet())
                .containsExactly(
                        "tollgate-accounting.json",
                        "tollgate-edges.json",
                        "tollgate-overview.json",
                        "tollgate-sink.json");
        dashboards().forEach((file, dashboard) -> {
            assertThat(dashboard.path("uid").asText() + ".json").isEqualTo(file);
            assertThat(dashboard.path("id").isNull()).as(file).isTrue();
            assertThat(dashboard.path("title").asText()).startsWith("Tollgate: ");
            assertThat(dashboard.at("/templating/list/0/name").asText()).isEqualTo("datasource");
            List<Integer> ids = new ArrayList<>();
            for (JsonNode panel : dashboard.path("panels")) {
                ids.add(panel.path("id").asInt());
                assertThat(panel.path("title").asText()).as(file).isNotBlank();
                if (!panel.path("type").asText().equals("row")) {
                    assertThat(panel.path("targets").isEmpty()).as(file).isFalse();
                    assertThat(panel.path("description").asText()).as(file).isNotBlank();
                    assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                    panel.path("targets")
                            .forEach(target -> assertThat(
                                            target.at("/datasource/uid").asText())
                                    .isEqualTo("${datasource}"));
                }
            }
            assertThat(ids).as(file).doesNotHaveDuplicates().doesNotContain(0);
        });
    }

    @Test
    void givenTheDashboards_whenRead_thenNoTwoPanelsLieOnEachOther() throws Exception {
        dashboards().forEach((file, dashboard) -> {
            List<int[]> places = new ArrayList<>();
            for (JsonNode panel : dashboard.path("panels")) {
                JsonNode at = panel.path("gridPos");
                int[] place = {
                    at.path("x").asInt(),
                    at.path("y").asInt(),
                    at.path("w").asInt(),
                    at.path("h").asInt()
                };
                assertThat(place[0] + place[2]).as(file).isLessThanOrEqualTo(24);
                for (int[] other : places) {
                    boolean apart = place[0] + place[2] <= other[0]
                            || other[0] + other[2] <= place[0]
                            || place[1] + place[3] <= other[1]
                            || other[1] + other[3] <= place[1];
                    assertThat(apart).as(file + " " + panel.path("title")).isTrue();
                }
                places.add(place);
            }
        });
    }

    @Test
    void givenTheDashboards_whenComparedWithTheDeclarations_thenWhatTheyShowExistsAndEachMeterIsShown()
            throws Exception {
        List<String> expressions = expressions();
        for (String expression : expressions) {
            assertThat(PromQl.problems(expression)).as(expression).isEmpty();
        }

        String all = String.join("\n", expressions);
        List<String> unseen = DeclaredMetrics.GROUPS.stream()
                .flatMap(group -> group.meters().stream())
                .filter(meter ->
                        meter.sampleNames().stream().noneMatch(name -> all.matches("(?s).*\\b" + name + "\\b.*")))
                .map(MeterDeclaration::prometheusName)
                .toList();
        assertThat(unseen).isEmpty();
    }

    @Test
    void givenPromtool_whenItReadsTheExpressions_thenEachParses(@TempDir Path folder) throws Exception {
        Promtool promtool = Promtool.installed();
        List<String> expressions = expressions();

        Promtool.Result result = promtool.run("check", "rules", rules(folder, expressions));
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).contains(expressions.size() + " rules found");
        assertThat(promtool.run("check", "rules", rules(folder, List.of("sum(rate(tollgate_sink_rows_total))")))
                        .status())
                .as("a rate without an interval")
                .isNotZero();
    }

    private static String rules(Path folder, List<String> expressions) throws IOException {
        StringBuilder rules = new StringBuilder("groups:\n  - name: panels\n    rules:\n");
        for (int i = 0; i < expressions.size(); i++) {
            rules.append("      - record: panel_").append(i).append("\n        expr: |\n          ");
            rules.append(expressions.get(i)).append('\n');
        }
        return Files.writeString(folder.resolve("panels.yaml"), rules)
                .toAbsolutePath()
                .toString();
    }
}
