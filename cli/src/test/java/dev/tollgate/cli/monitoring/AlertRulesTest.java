package dev.tollgate.cli.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The alert rules for Prometheus: what they ask for exists, each can fire and has a run-book, and none does without
 * need.
 */
class AlertRulesTest {
    private static final Path SOURCES = Path.of("..");
    private static final String RULES = "deploy/prometheus/tollgate.rules.yaml";
    private static final String TESTS = "deploy/prometheus/tollgate.rules.test.yaml";
    private static final String RUNBOOKS = "docs/runbooks.md";
    private static final Set<String> SEVERITIES = Set.of("critical", "warning", "info");

    private static JsonNode yaml(String file) throws IOException {
        return new ObjectMapper(new YAMLFactory()).readTree(Files.readString(SOURCES.resolve(file)));
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : yaml(RULES).path("groups")) {
            group.path("rules").forEach(rules::add);
        }
        return rules;
    }

    private static List<String> names() throws IOException {
        return rules().stream().map(rule -> rule.path("alert").asText()).toList();
    }

    @Test
    void givenTheRules_whenRead_thenEachSaysWhatItIsAndHowBad() throws Exception {
        assertThat(names())
                .hasSizeGreaterThan(20)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("Tollgate\\w+"));
        for (JsonNode rule : rules()) {
            String name = rule.path("alert").asText();
            assertThat(SEVERITIES)
                    .as(name)
                    .contains(rule.path("labels").path("severity").asText());
            JsonNode annotations = rule.path("annotations");
            assertThat(annotations.path("summary").asText()).as(name).isNotBlank();
            assertThat(annotations.path("description").asText()).as(name).isNotBlank();
            assertThat(annotations.path("runbook_url").asText())
                    .isEqualTo(RUNBOOKS + "#" + name.toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void givenTheRules_whenComparedWithTheDeclarations_thenEachMetricLabelAndValueExists() throws Exception {
        for (JsonNode rule : rules()) {
            assertThat(PromQl.problems(rule.path("expr").asText()))
                    .as(rule.path("alert").asText())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tollgate_sink_rows_total > 0; ",
                "up{job=\"x\"} == 0; ",
                "tollgate_sink_row_total > 0; metric tollgate_sink_row_total",
                "rate(tollgate_sink_insert_seconds[5m]); metric tollgate_sink_insert_seconds",
                "sum by (account) (tollgate_sink_rows_total); label account",
                "tollgate_sink_rows_total{table=\"journal\"}; value journal of table of tollgate_sink_rows_total",
                "tollgate_sink_rows_total{status=\"200\"}; label status of tollgate_sink_rows_total",
                "tollgate_gateway_request_seconds_count{status=~\"200|599\"};"
                        + " value 599 of status of tollgate_gateway_request_seconds_count",
                "vector(1); metric vector",
                "1 > 0; no metric"
            })
    void givenExpressions_whenChecked_thenWhatDoesNotExistIsFound(String expression, String problem) {
        assertThat(PromQl.problems(expression)).isEqualTo(problem == null ? List.of() : List.of(problem));
    }

    @Test
    void givenTheRunBooks_whenRead_thenEachRuleHasASectionAndEachSectionARule() throws Exception {
        List<String> sections = Files.readString(SOURCES.resolve(RUNBOOKS))
                .lines()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4))
                .toList();

        assertThat(sections).containsExactlyElementsOf(names());
        String text = Files.readString(SOURCES.resolve(RUNBOOKS));
        for (JsonNode rule : rules()) {
            String name = rule.path("alert").asText();
            String section = text.substring(text.indexOf("### " + name + "\n"));
            assertThat(section)
                    .startsWith("### " + name + "\n\n`"
                            + rule.path("labels").path("severity").asText() + "`. ");
        }
    }

    @Test
    void givenTheTestsOfTheRules_whenRead_thenEachRuleFiresInOneAndIsSilentOnHealthyData() throws Exception {
        Map<String, Set<String>> fired = new HashMap<>();
        Map<String, Set<String>> silent = new HashMap<>();
        for (JsonNode test : yaml(TESTS).path("tests")) {
            for (JsonNode expectation : test.path("alert_rule_test")) {
                (expectation.path("exp_alerts").isEmpty() ? silent : fired)
                        .computeIfAbsent(test.path("name").asText(), name -> new TreeSet<>())
                        .add(expectation.path("alertname").asText());
            }
            for (JsonNode series : test.path("input_series")) {
                assertThat(PromQl.problems(series.path("series").asText())).isEmpty();
            }
        }

        assertThat(silent.get("healthy")).containsExactlyInAnyOrderElementsOf(names());
        assertThat(fired).doesNotContainKey("healthy");
        assertThat(fired.keySet()).containsExactlyInAnyOrderElementsOf(names());
        fired.forEach((test, alerts) -> assertThat(alerts).containsExactly(test));
    }

    @Test
    void givenPromtool_whenItTestsTheRules_thenEachFiresAndNoneDoesOnHealthyData() throws Exception {
        Promtool promtool = Promtool.installed();

        assertThat(promtool.run("check", "rules", RULES))
                .satisfies(result ->
                        assertThat(result.status()).as(result.output()).isZero());
        assertThat(promtool.run("test", "rules", TESTS))
                .satisfies(result ->
                        assertThat(result.status()).as(result.output()).isZero());
    }

    @Test
    void givenARuleThatNeverFires_whenPromtoolTestsIt_thenItFails(@TempDir Path folder) throws Exception {
        Promtool promtool = Promtool.installed();
        Files.writeString(
                folder.resolve("tollgate.rules.yaml"),
                Files.readString(SOURCES.resolve(RULES))
                        .replace("tollgate_sink_lost_offsets) > 0", "tollgate_sink_lost_offsets) > 9"));
        Path tests = Files.copy(SOURCES.resolve(TESTS), folder.resolve("tests.yaml"));

        Promtool.Result result =
                promtool.run("test", "rules", tests.toAbsolutePath().toString());

        assertThat(result.status()).isNotZero();
        assertThat(result.output()).contains("TollgateOffsetsLost");
    }
}
