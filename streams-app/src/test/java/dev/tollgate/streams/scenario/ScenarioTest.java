package dev.tollgate.streams.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.testkit.scenario.Scenario;
import dev.tollgate.testkit.scenario.ScenarioReader;
import dev.tollgate.testkit.scenario.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One set of files, four ways to run them. */
class ScenarioTest {
    @TempDir
    Path stateDir;

    private TestingRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = new TestingRegistry();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    /** Every file beside the shipped ones, so that none can be forgotten. */
    static Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "testkit", "src", "main", "resources", "scenarios"))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".txt"))
                    .map(file -> file.substring(0, file.length() - ".txt".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    static Stream<String> namesThatAskTheGate() throws IOException {
        return names().filter(name -> ScenarioReader.shipped(name).steps().stream()
                .anyMatch(step -> step.expected().stream().anyMatch(ScenarioTest::isAnswer)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void givenScenario_whenRunThroughTheEngine_thenExactlyWhatItSaysFollows(String name) throws Exception {
        Scenario scenario = ScenarioReader.shipped(name);
        EngineRun run = new EngineRun(ScenarioPlans.of(scenario));
        SoftAssertions softly = new SoftAssertions();

        assertThat(scenario.steps()).isNotEmpty();
        for (Scenario.Step step : scenario.steps()) {
            compare(softly, scenario, step, run.run(step), expected(step, false));
        }

        softly.assertAll();
    }

    @ParameterizedTest
    @MethodSource("names")
    void givenScenario_whenRunThroughTheTopology_thenExactlyWhatItSaysFollows(String name) {
        Scenario scenario = ScenarioReader.shipped(name);
        SoftAssertions softly = new SoftAssertions();

        try (TopologyRun run = topology(scenario)) {
            for (Scenario.Step step : scenario.steps()) {
                List<String> said =
                        run.run(step).stream().filter(line -> !isAnswer(line)).toList();
                compare(softly, scenario, step, said, expected(step, false));
            }
        }

        softly.assertAll();
    }

    @ParameterizedTest
    @MethodSource("namesThatAskTheGate")
    void givenScenario_whenTheGateIsAsked_thenItAnswersExactlyWhatTheScenarioSays(String name) {
        Scenario scenario = ScenarioReader.shipped(name);
        SoftAssertions softly = new SoftAssertions();

        try (TopologyRun run = topology(scenario)) {
            for (Scenario.Step step : scenario.steps()) {
                List<String> said =
                        run.run(step).stream().filter(ScenarioTest::isAnswer).toList();
                compare(softly, scenario, step, said, expected(step, true));
            }
        }

        softly.assertAll();
    }

    /**
     * Whoever reads the log again long afterwards comes to the same books: the clock stands at the end, so nothing is
     * said at the moment at which it was said the first time, and yet it is the same.
     */
    @ParameterizedTest
    @MethodSource("names")
    void givenScenario_whenItsTopicsAreReadAgain_thenTheSameFollows(String name) {
        Scenario scenario = ScenarioReader.shipped(name);
        Scenario.Step last = scenario.steps().getLast();
        ScenarioPlans plans = ScenarioPlans.of(scenario);

        try (TopologyRun first = topology(scenario);
                TopologyRun second = new TopologyRun(
                        plans,
                        registry,
                        stateDir.resolve("second"),
                        scenario.steps().getFirst().timeMillis(),
                        last.timeOf(last.repeat() - 1))) {
            scenario.steps().forEach(first::run);
            second.replay(first.appended(), last);

            assertThat(second.journal()).isEqualTo(first.journal());
            assertThat(second.finalTotals()).isEqualTo(first.finalTotals());
            assertThat(second.limitEvents()).isEqualTo(first.limitEvents());
        }
    }

    @Test
    void givenTheExampleOfTheDocumentation_whenRun_thenItIsAsItSays() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "scenarios.md"));
        String example = page.substring(page.indexOf("```scenario\n") + "```scenario\n".length());
        Scenario scenario = ScenarioReader.read(example.substring(0, example.indexOf("```")), "docs/scenarios.md");
        SoftAssertions softly = new SoftAssertions();

        try (TopologyRun run = topology(scenario)) {
            for (Scenario.Step step : scenario.steps()) {
                compare(softly, scenario, step, run.run(step), step.expected());
            }
        }

        softly.assertAll();
        assertThat(page)
                .contains(Arrays.stream(Verb.values()).map(Verb::word).toList())
                .contains(
                        mistakeIn("12:00 shout a").replace("mine.txt:4", "mine.txt:7"),
                        mistakeIn("12:00 call a units=many").replace("mine.txt:4", "mine.txt:9"));
    }

    private static String mistakeIn(String line) {
        try {
            ScenarioReader.read("scenario x\nplans plans/mem.yaml\nday 2026-03-10\n" + line, "mine.txt");
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("there is no mistake in: " + line);
    }

    private TopologyRun topology(Scenario scenario) {
        return new TopologyRun(
                ScenarioPlans.of(scenario),
                registry,
                stateDir.resolve("first"),
                scenario.steps().getFirst().timeMillis(),
                scenario.steps().getFirst().timeMillis());
    }

    private static List<String> expected(Scenario.Step step, boolean answers) {
        return step.expected().stream()
                .filter(line -> isAnswer(line) == answers)
                .toList();
    }

    private static boolean isAnswer(String line) {
        return line.startsWith("?");
    }

    private static void compare(
            SoftAssertions softly, Scenario scenario, Scenario.Step step, List<String> said, List<String> expected) {
        softly.assertThat(String.join("\n", said))
                .as("%s:%d: %s %s", scenario.file(), step.line(), step.verb().word(), step.argumentsFrom(0, ""))
                .isEqualTo(String.join("\n", expected));
    }
}
