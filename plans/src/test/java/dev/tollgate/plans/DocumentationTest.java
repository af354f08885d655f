package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/plans.md} shows is what the reader takes and says. */
class DocumentationTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)( bad)?\\n(.*?)^```$");
    /** Where a block that shows only a part of a version belongs. */
    private static final String FRAME = """
        plans:
          - id: p
            title: P
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
        """;

    private final String page = Files.readString(Path.of("../docs/plans.md"));

    DocumentationTest() throws IOException {}

    @Test
    void givenExamples_whenRead_thenTheyAreValidWithoutWarning() {
        List<String> examples = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(page);
        while (matcher.find()) {
            if (matcher.group(1).equals("yaml") && matcher.group(2) == null) {
                boolean whole = matcher.group(3).contains("plans:\n");
                examples.add(whole ? matcher.group(3) : inFrame(matcher.group(3)));
            }
        }

        assertThat(examples).hasSize(6).allSatisfy(example -> {
            PlanFileReport report = PlanFile.check(example, "docs/plans.md");
            assertThat(report.errors()).isEmpty();
            assertThat(report.warnings()).isEmpty();
            assertThat(TestingSchema.errors(example)).isEmpty();
        });
    }

    @Test
    void givenTheBadExample_whenRead_thenTheProblemsAreThoseShown() {
        String bad = "";
        String shown = "";
        Matcher matcher = BLOCK.matcher(page);
        while (matcher.find()) {
            if (matcher.group(2) != null) {
                bad = matcher.group(3);
            } else if (matcher.group(1).equals("text")) {
                shown = matcher.group(3);
            }
        }

        assertThat(PlanFile.check(bad, "example.yaml").errors())
                .extracting(PlanProblem::toString)
                .containsExactlyElementsOf(shown.lines().toList());
    }

    @Test
    void givenTheSchema_whenItsKeysAreListed_thenThePageExplainsEach() throws IOException {
        TreeSet<String> keys = new TreeSet<>();
        Matcher matcher = Pattern.compile("\"([a-z_]+)\": \\{").matcher(Files.readString(TestingSchema.FILE));
        while (matcher.find()) {
            keys.add(matcher.group(1));
        }
        keys.removeAll(List.of(
                // Keywords of JSON schema and names of definitions.
                "properties",
                "items",
                "not",
                "if",
                "then",
                "plan",
                "cost",
                "cap",
                "identifier",
                "duration",
                "limit",
                "wholeLimit",
                "block",
                "else",
                "additionalProperties"));

        assertThat(keys)
                .hasSizeGreaterThan(25)
                .allSatisfy(key -> assertThat(page).contains("`" + key + "`"));
    }

    private static String inFrame(String part) {
        String text = FRAME + part.indent(8);
        if (!part.contains("meters:")) {
            text += "meters: {requests: {default: 1}}".indent(8);
        }
        if (!part.contains("limits:")) {
            text += "limits: []".indent(8);
        }
        return text;
    }
}
