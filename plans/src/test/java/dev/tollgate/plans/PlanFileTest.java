package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanFileTest {
    private static final String NAME = "p.yaml";

    /** A valid file of one plan; tests replace or add single lines. */
    private static final String BASE = """
        plans:
          - id: p
            title: P
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters:
                  requests: {default: 1}
                  credits: {default: 1, endpoints: {POST /import: {base: 5, per_unit: 1, unit_size: 10}}}
                limits:
                  - id: per-minute
                    meter: requests
                    amount: 100
                    window: minute
                  - id: in-flight
                    meter: requests
                    amount: 2
                    algorithm: concurrency
                    lease: 30s
        """;

    @TempDir
    Path folder;

    @Test
    void givenEveryKey_whenRead_thenEveryFieldIsThere() throws PlanFileException {
        Plan plan = only("""
            plans:
              - id: full
                title: "Full: all keys"
                description: |
                  Two
                  lines.
                versions:
                  - version: 3
                    effective_from: 2026-02-01T12:30:00.250Z
                    notice_period: 30d
                    meters:
                      credits:
                        unit: credit
                        default: 2
                        endpoints:
                          GET /api/mcp/stats: 1
                          POST /api/knowledge-bases/:id/import: {base: 5, per_unit: 1, unit_size: 10}
                    limits:
                      - id: burst
                        meter: credits
                        amount: 50
                        algorithm: leaky_bucket
                        period: 90s
                        scope: project
                        mode: advisory
                        thresholds: [99.5%, remaining below 20%, 50%]
                        grace: 250ms
                        bucket: b
                      - {id: per-month, meter: credits, amount: unlimited, window: month}
                      - {id: sliding, meter: credits, amount: 9, algorithm: sliding_window, period: 1h}
                      - {id: in-flight, meter: credits, amount: 3, algorithm: concurrency, lease: 5m, scope: api_key}
                    per_call_caps:
                      - {endpoint: addMessage, dimension: input_tokens, max: 4000}
                    charged_outcomes: [server_error, success]
            """);

        PlanVersion version = plan.getVersions().getFirst();
        assertThat(plan.getPlanId()).isEqualTo("full");
        assertThat(plan.getTitle()).isEqualTo("Full: all keys");
        assertThat(plan.getDescription()).isEqualTo("Two\nlines.\n");
        assertThat(version.getVersion()).isEqualTo(3);
        assertThat(version.getEffectiveFrom()).isEqualTo(Instant.parse("2026-02-01T12:30:00.250Z"));
        assertThat(version.getNoticePeriodMs()).isEqualTo(30L * 86_400_000);
        assertThat(version.getMeters().getFirst().getEndpointCosts())
                .containsExactly(
                        new EndpointCost("GET /api/mcp/stats", new Cost(1L, 0L, 1L)),
                        new EndpointCost("POST /api/knowledge-bases/:id/import", new Cost(5L, 1L, 10L)));
        assertThat(version.getLimits())
                .containsExactly(
                        new Limit(
                                "burst",
                                "credits",
                                50L,
                                Algorithm.LEAKY_BUCKET,
                                null,
                                null,
                                90_000L,
                                null,
                                Scope.PROJECT,
                                Mode.ADVISORY,
                                List.of(used(5_000), new Threshold(ThresholdKind.REMAINING_BELOW, 2_000), used(9_950)),
                                250L,
                                "b"),
                        limit("per-month", null, Algorithm.FIXED_WINDOW, WindowUnit.MONTH, null, null, "month"),
                        limit("sliding", 9L, Algorithm.SLIDING_WINDOW, null, 3_600_000L, null, "hour"),
                        new Limit(
                                "in-flight",
                                "credits",
                                3L,
                                Algorithm.CONCURRENCY,
                                null,
                                null,
                                null,
                                300_000L,
                                Scope.API_KEY,
                                Mode.ENFORCE,
                                List.of(used(9_000)),
                                60_000L,
                                "concurrent"));
        assertThat(version.getPerCallCaps())
                .containsExactly(new PerCallCap("addMessage", Dimension.INPUT_TOKENS, 4_000L));
        assertThat(version.getChargedOutcomes()).containsExactly(Outcome.SUCCESS, Outcome.SERVER_ERROR);
        assertThat(version.getChecksum()).matches("[0-9a-f]{64}");
    }

    @Test
    void givenManyMistakes_whenRead_thenEachIsNamedWithItsPlaceAtOnce() {
        String text = """
            plans:
              - id: p
                titel: P
                title: P
                versions:
                  - version: 1
                    effective_from: 2026-02-30T00:00:00Z
                    meters:
                      requests: {default: -1}
                    limits:
                      - id: a
                        meter: request
                        amount: many
                        window: fortnight
                        thresholds: [90%, 0%]
                      - id: a
                        meter: requests
                        amount: 5
                        algorithm: leaky_bucket
                        window: day
            """;

        assertThatThrownBy(() -> PlanFile.read(text, NAME))
                .isInstanceOfSatisfying(
                        PlanFileException.class,
                        e -> assertThat(e.problems())
                                .extracting(PlanProblem::toString)
                                .containsExactly(
                                        "p.yaml:3:5: plans[0].titel is not a known key (did you mean 'title'?);"
                                                + " known are id, title, description, time_zone, anchor, versions",
                                        "p.yaml:7:25: plans[0].versions[0].effective_from must be a UTC time from 1970"
                                                + " on such as 2026-01-01T00:00:00Z, was '2026-02-30T00:00:00Z'",
                                        "p.yaml:9:31: plans[0].versions[0].meters.requests.default must be a whole"
                                                + " number from 0 to 1000000000, or a mapping with the keys base,"
                                                + " per_unit, unit_size, was '-1'",
                                        "p.yaml:12:20: plans[0].versions[0].limits[0].meter must be one of this"
                                            + " version's meters requests (did you mean 'requests'?), was 'request'",
                                        "p.yaml:13:21: plans[0].versions[0].limits[0].amount must be a whole number"
                                                + " from 0 to 1000000000000000 or unlimited, was 'many'",
                                        "p.yaml:14:21: plans[0].versions[0].limits[0].window must be a window such"
                                                + " as minute, 15 minutes, 10s, day, 2 weeks, month or year: second,"
                                                + " minute, hour, day, week, month or year, with a number before it"
                                                + " where there are several, at most ten years, was 'fortnight'",
                                        "p.yaml:15:31: plans[0].versions[0].limits[0].thresholds[1] must be a used"
                                            + " share such as 90%, or a rest such as 'remaining below 20%', from 1% to"
                                            + " 100% with at most two decimals, was '0%'",
                                        "p.yaml:16:13: plans[0].versions[0].limits[1].period is missing: it must be a"
                                            + " duration from 1s to 31d, a whole number with ms, s, m, h or d such as"
                                            + " 90s",
                                        "p.yaml:16:17: plans[0].versions[0].limits[1].id must be unique, but"
                                                + " plans[0].versions[0].limits[0] has it too, was 'a'",
                                        "p.yaml:20:21: plans[0].versions[0].limits[1].window does not belong to the"
                                                + " algorithm leaky_bucket, which needs period"))
                .hasMessageStartingWith("p.yaml has 10 problems:");
    }

    @ParameterizedTest
    @CsvFileSource(resources = "value-mistakes.csv", delimiter = '|', quoteCharacter = '\'')
    void givenOneWrongLine_whenChecked_thenTheProblemNamesItsPathAndTheRule(
            String line, String replacement, String path, String sentence) {
        assertThat(BASE).contains(line);

        PlanFileReport report = PlanFile.check(BASE.replaceFirst(Pattern.quote(line), replacement), NAME);

        assertThat(report.plans()).isEmpty();
        assertThat(report.errors()).anySatisfy(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.toString()).contains(sentence);
        });
    }

    @ParameterizedTest
    @CsvFileSource(resources = "contradicting-limits.csv", delimiter = '|', quoteCharacter = '\'')
    void givenTwoLimitsOnTheSame_whenChecked_thenTheyContradict(String limit, String sentence) {
        PlanFileReport report = PlanFile.check(BASE + "          - " + limit + "\n", NAME);

        assertThat(report.errors()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("plans[0].versions[0].limits[2].amount");
            assertThat(problem.toString()).contains(sentence);
        });
    }

    @ParameterizedTest
    @CsvFileSource(resources = "questionable-limits.csv", delimiter = '|', quoteCharacter = '\'')
    void givenALimitWithoutEffect_whenChecked_thenTheFileIsValidWithAWarning(
            String limit, String path, String sentence) {
        PlanFileReport report = PlanFile.check(BASE + "          - " + limit + "\n", NAME);

        assertThat(report.errors()).isEmpty();
        assertThat(report.plans()).hasSize(1);
        assertThat(report.warnings()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).endsWith(path);
            assertThat(problem.toString()).contains(": warning: ").contains(sentence);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{id: x, meter: credits, amount: 90, window: day}",
                "{id: x, meter: requests, amount: 101, window: minute, mode: advisory, scope: project, thresholds: []}",
                "{id: x, meter: requests, amount: unlimited, window: day}",
                "{id: x, meter: requests, amount: 0, window: day, mode: advisory}",
                "{id: x, meter: requests, amount: 500, algorithm: sliding_window, period: 1h}",
            })
    void givenALimitBesideOthers_whenItCanBeReached_thenThereIsNoError(String limit) {
        assertThat(PlanFile.check(BASE + "          - " + limit + "\n", NAME).errors())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "version-mistakes.csv", delimiter = '|', quoteCharacter = '\'')
    void givenASecondVersionThatDoesNotFollow_whenChecked_thenItIsRejected(
            int version, String effectiveFrom, String window, String path, String sentence) {
        PlanFileReport report = PlanFile.check(BASE + second(version, effectiveFrom, window), NAME);

        assertThat(report.errors()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.rule()).contains(sentence);
        });
    }

    @Test
    void givenAVersionWithoutNumber_whenChecked_thenItsOrderIsNotAProblemToo() {
        String text = (BASE + second(2, "2026-02-01T00:00:00Z", "minute")).replace("version: 2", "version: two");

        assertThat(PlanFile.check(text, NAME).errors())
                .extracting(PlanProblem::path)
                .containsExactly("plans[0].versions[1].version");
    }

    @Test
    void givenASecondVersionThatFollows_whenRead_thenBothAreThereWithDifferentChecksums() throws PlanFileException {
        Plan plan = only(BASE + second(4, "2026-02-01T00:00:00Z", "minute"));

        assertThat(plan.getVersions()).extracting(PlanVersion::getVersion).containsExactly(1, 4);
        assertThat(plan.getVersions()).extracting(PlanVersion::getChecksum).doesNotHaveDuplicates();
    }

    @Test
    void givenTwoPlansWithOneId_whenChecked_thenTheSecondIsNamed() {
        String text = BASE + BASE.substring(BASE.indexOf('\n') + 1);

        assertThat(PlanFile.check(text, NAME).errors())
                .extracting(PlanProblem::toString)
                .containsExactly("p.yaml:20:9: plans[1].id must be unique, but plans[0] has it too, was 'p'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /kb/:id: 1, /kb/:name: 2 | must match other endpoints than '/kb/:id'
        get /kb: 1, GET /kb: 2   | must match other endpoints than 'get /kb'
        /a/*/b: 1, /a/:x/b: 2    | must match other endpoints than '/a/*/b'
        """)
    void givenPatternsThatMatchTheSame_whenChecked_thenTheSecondIsRejected(String endpoints, String sentence) {
        PlanFileReport report = PlanFile.check(
                BASE.replace("requests: {default: 1}", "requests: {default: 1, endpoints: {" + endpoints + "}}"), NAME);

        assertThat(report.errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.rule()).startsWith(sentence));
    }

    @Test
    void givenADuplicateKey_whenChecked_thenItsSecondPlaceIsNamed() {
        assertThat(PlanFile.check(BASE.replace("    title: P\n", "    title: P\n    title: Q\n"), NAME)
                        .errors())
                .extracting(PlanProblem::toString)
                .containsExactly("p.yaml:4:5: plans[0].title is there twice");
    }

    @Test
    void givenAliases_whenChecked_thenTheyAreRejectedAndNeverFollowed() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }

        PlanFileReport report = PlanFile.check(bomb.toString(), NAME);

        assertThat(report.errors())
                .extracting(PlanProblem::rule)
                .contains(
                        "must be written out: aliases are not supported",
                        "must have no anchor: aliases are not supported");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        'plans: ['                 | is not YAML
        'plans: "'                 | is not YAML
        'a: b: c'                  | is not YAML
        '- a'                      | must be a mapping with the keys plans
        'plans: []'                | must be a list of 1 to 1000 plans
        'plans: {}'                | must be a list of 1 to 1000 plans
        'plans: [7]'               | must be a mapping with the keys id
        'plans: !!set {}'          | must have no tag
        '? [a] : b'                | is not YAML
        '{}'                       | is missing
        ''                         | is empty
        '# only a comment'         | is empty
        """)
    void givenSomethingElseThanAPlanFile_whenChecked_thenTheProblemSaysWhat(String text, String sentence) {
        assertThat(PlanFile.check(text, NAME).errors())
                .anySatisfy(problem ->
                        assertThat(problem.toString()).startsWith(NAME + ":1:").contains(sentence));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        amount: 9, algorithm: sliding_window, period: 1s             | period | must be a multiple of 60ms
        amount: 9, algorithm: sliding_window, period: 61001ms        | period | must be a multiple of 60ms
        amount: 9, algorithm: leaky_bucket, period: 32d              | period | from 1s to 31d
        amount: 430451578, algorithm: leaky_bucket, period: 31d      | amount | must be at most 430451577
        """)
    void givenALimitThatCannotBeKeptExactly_whenChecked_thenItIsRejected(String limit, String key, String sentence) {
        PlanFileReport report = PlanFile.check(BASE + "          - {id: x, meter: credits, " + limit + "}\n", NAME);

        assertThat(report.errors()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("plans[0].versions[0].limits[2]." + key);
            assertThat(problem.rule()).contains(sentence);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount: 9, algorithm: sliding_window, period: 3s",
                "amount: 430451577, algorithm: leaky_bucket, period: 31d",
                "amount: unlimited, algorithm: leaky_bucket, period: 31d",
            })
    void givenALimitAtTheEdgeOfExactness_whenChecked_thenItIsTaken(String limit) {
        assertThat(PlanFile.check(BASE + "          - {id: x, meter: credits, " + limit + "}\n", NAME)
                        .errors())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(chars = {0x85, 0x2028, 0x2029})
    void givenALineEndThatYamlVersionsReadDifferently_whenChecked_thenItIsRejected(char lineEnd) {
        assertThat(PlanFile.check(BASE.replace("plans:\n", "plans: # a" + lineEnd + " # b\n"), NAME)
                        .errors())
                .extracting(PlanProblem::toString)
                .containsExactly("p.yaml:1:11: the file must end lines by line feed, but has U+%04X here"
                        .formatted((int) lineEnd));
    }

    /** YAML 1.1 reads {@code ?amount} in braces as the key "amount", YAML 1.2 as the key "?amount". */
    @Test
    void givenAQuestionMarkBeforeAKey_whenChecked_thenItIsRejectedWhereReadersDisagree() {
        assertThat(PlanFile.check("plans: [{?id: a}]", NAME).errors())
                .extracting(PlanProblem::rule)
                .contains("must not have a question mark before its name");
    }

    @Test
    void givenTwoDocuments_whenChecked_thenTheSecondIsRejected() {
        assertThat(PlanFile.check(BASE + "---\n" + BASE, NAME).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.rule()).startsWith("must be one YAML document"));
    }

    @Test
    void givenDeepOrWideOrHugeText_whenChecked_thenItIsRejectedEarly() {
        assertThat(PlanFile.check("plans: " + "[".repeat(100_000), NAME).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.rule()).isEqualTo("is nested more than 20 deep"));
        assertThat(PlanFile.check("plans: [" + "7,".repeat(200_000) + "]", NAME).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.rule()).contains("100000 values"));
        assertThat(PlanFile.check(" ".repeat(PlanFile.MAX_BYTES + 1), NAME).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.rule()).contains("at most 1048576 bytes"));
    }

    @Test
    void givenFiles_whenRead_thenSizeAndEncodingAreChecked() throws Exception {
        Path good = Files.writeString(folder.resolve("good.yaml"), BASE);
        Path huge = Files.write(folder.resolve("huge.yaml"), new byte[PlanFile.MAX_BYTES + 1]);
        Path latin1 = Files.write(
                folder.resolve("latin1.yaml"),
                BASE.replace("title: P", "title: Caf\u00e9").getBytes(StandardCharsets.ISO_8859_1));

        assertThat(PlanFile.read(good)).hasSize(1);
        assertThat(PlanFile.check(huge).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.rule()).contains("at most 1048576 bytes"));
        assertThat(PlanFile.check(latin1).errors())
                .extracting(PlanProblem::toString)
                .containsExactly(latin1 + ":3:15: the file must be UTF-8 text, but these bytes are not");
        assertThatThrownBy(() -> PlanFile.read(folder.resolve("absent.yaml"))).isInstanceOf(IOException.class);
    }

    private static String second(int version, String effectiveFrom, String window) {
        return """
                  - version: %d
                    effective_from: %s
                    meters: {requests: {default: 1}}
                    limits: [{id: per-minute, meter: requests, amount: 200, window: %s}]
            """.formatted(version, effectiveFrom, window).indent(0);
    }

    private static Plan only(String text) throws PlanFileException {
        return ShippedPlansTest.only(PlanFile.read(text, NAME));
    }

    private static Threshold used(int basisPoints) {
        return new Threshold(ThresholdKind.USED_AT_LEAST, basisPoints);
    }

    private static Limit limit(
            String id,
            @Nullable Long amount,
            Algorithm algorithm,
            @Nullable WindowUnit window,
            @Nullable Long period,
            @Nullable Long lease,
            String bucket) {
        return new Limit(
                id,
                "credits",
                amount,
                algorithm,
                window,
                null,
                period,
                lease,
                Scope.ACCOUNT,
                Mode.ENFORCE,
                amount == null ? List.of() : List.of(used(9_000)),
                60_000L,
                bucket);
    }
}
