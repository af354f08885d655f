package dev.tollgate.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private enum Policy {
        FAIL_OPEN,
        FAIL_CLOSED
    }

    private static final Setting<String> SERVERS = Setting.required(
                    "kafka.bootstrap-servers", SettingType.text(), "", "the brokers")
            .kafkaName("bootstrap.servers");
    private static final Setting<Integer> THREADS =
            Setting.of("streams.threads", SettingType.integer(1, 64), 1, "threads");
    private static final Setting<Duration> INTERVAL = Setting.of(
                    "streams.commit-interval", SettingType.duration("1ms", "1m"), Duration.ofMillis(100), "interval")
            .kafkaName("commit.interval.ms", millis -> millis + "ms");
    private static final Setting<Policy> POLICY =
            Setting.of("gate.policy", SettingType.choice(Policy.class), Policy.FAIL_OPEN, "policy");
    private static final Setting<Boolean> COMPRESS =
            Setting.of("sink.compress", SettingType.flag(), true, "compression");
    private static final Setting<Long> BYTES =
            Setting.of("sink.max-bytes", SettingType.number(1, 1_000_000, "bytes"), 5L, "size");
    private static final Setting<Optional<String>> PASSWORD = Setting.optional(
                    "sink.password", SettingType.text(Pattern.compile("[a-z]+"), "small letters"), "password")
            .asSecret()
            .kafkaName("pass.phrase");
    private static final Setting<String> PREFIX = Setting.of(
            "topics.prefix", SettingType.text(Pattern.compile("[a-z.]*"), "small letters and dots"), "t.", "prefix");
    private static final Setting<List<String>> IDS =
            Setting.of("sink.ids", SettingType.list(), List.of("a", "b"), "ids");
    private static final OpenKeys<String> CLIENT = OpenKeys.below("kafka.client.", "anything of Kafka's");
    private static final OpenKeys<Policy> BY_LIMIT = new OpenKeys<>(
            "gate.limit.", "LIMIT-ID", ".policy", name -> true, SettingType.choice(Policy.class), "by limit", false);

    private static final SettingGroup GROUP = SettingGroup.of(
            "all",
            "Everything",
            SERVERS,
            THREADS,
            INTERVAL,
            POLICY,
            COMPRESS,
            BYTES,
            PASSWORD,
            PREFIX,
            IDS,
            CLIENT,
            BY_LIMIT);

    @Test
    void givenManyMistakes_whenRead_thenAllAreListedWithKeyValueAndRange() {
        SettingsReader settings = reader(Map.of(
                "streams.threads", "0",
                "streams.commit-interval", "soon",
                "gate.policy", "maybe",
                "sink.compress", "yes",
                "sink.max-bytes", "-1",
                "streams.thread", "2"));

        settings.get(SERVERS);
        settings.get(THREADS);
        settings.get(INTERVAL);
        settings.get(POLICY);
        settings.get(COMPRESS);
        settings.get(BYTES);

        assertThat(problems(settings))
                .containsExactly(
                        "kafka.bootstrap-servers is missing: set it in the configuration file, as"
                                + " TOLLGATE_KAFKA_BOOTSTRAP_SERVERS or as a flag",
                        "streams.threads must be a whole number from 1 to 64, was '0'; the default is 1",
                        "streams.commit-interval must be a duration from 1ms to 1m, such as 250ms, 10m or PT10M, was"
                                + " 'soon'; the default is 100ms",
                        "gate.policy must be one of fail-open, fail-closed, was 'maybe'; the default is fail-open",
                        "sink.compress must be true or false, was 'yes'; the default is true",
                        "sink.max-bytes must be a whole number of bytes from 1 to 1000000, was '-1'; the default is 5",
                        "streams.thread is unknown; did you mean streams.threads?");
    }

    @Test
    void givenNothing_whenRead_thenDefaultsHoldAndAreShown() {
        SettingsReader settings = reader(Map.of());

        assertThat(settings.get(COMPRESS)).isTrue();
        assertThat(settings.get(POLICY)).isEqualTo(Policy.FAIL_OPEN);
        assertThat(settings.get(INTERVAL)).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.get(PASSWORD)).isEmpty();
        assertThat(settings.get(IDS)).containsExactly("a", "b");
        assertThat(settings.effective())
                .isEqualTo(Map.of(
                        "sink.compress", "true",
                        "gate.policy", "fail-open",
                        "streams.commit-interval", "100ms",
                        "sink.ids", "a,b"));
        assertThat(problems(settings)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bootstrap.servers", "kafka.bootstrap.servers", "kafka.client.bootstrap.servers"})
    void givenKafkasOwnName_whenRead_thenItIsTheSetting(String name) {
        SettingsReader settings = reader(Map.of(name, "broker:9092"));

        assertThat(settings.get(SERVERS)).isEqualTo("broker:9092");
        assertThat(settings.all(CLIENT)).isEmpty();
        assertThat(settings.effective()).containsEntry("kafka.bootstrap-servers", "broker:9092");
        assertThat(problems(settings)).isEmpty();
    }

    @Test
    void givenTwoNamesWithOneMeaning_whenRead_thenNothingIsWrong() {
        SettingsReader settings = reader(Map.of("streams.commit-interval", "2s", "commit.interval.ms", " 2000 "));

        assertThat(settings.get(INTERVAL)).isEqualTo(Duration.ofSeconds(2));
        assertThat(problems(settings)).isEmpty();
    }

    @Test
    void givenTwoNamesWithDifferentValues_whenRead_thenBothAreNamed() {
        SettingsReader settings = reader(Map.of("kafka.bootstrap-servers", "a:1", "bootstrap.servers", "b:1"));

        settings.get(SERVERS);

        assertThat(problems(settings))
                .containsExactly("kafka.bootstrap-servers and bootstrap.servers are two names of one setting and have"
                        + " different values, 'a:1' and 'b:1': keep kafka.bootstrap-servers");
    }

    @Test
    void givenTwoNamesOfASecret_whenTheyDiffer_thenNeitherValueIsShown() {
        SettingsReader settings = reader(Map.of("sink.password", "wonder", "pass.phrase", "hunter"));

        settings.get(PASSWORD);

        assertThat(problems(settings))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .contains("sink.password and pass.phrase")
                        .doesNotContain("wonder", "hunter"));
    }

    @Test
    void givenAWrongValueUnderAnotherName_whenRead_thenThatNameIsSaid() {
        SettingsReader settings = reader(Map.of("commit.interval.ms", "70000"));

        assertThat(settings.get(INTERVAL)).isEqualTo(Duration.ofMillis(100));
        assertThat(problems(settings))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .startsWith("streams.commit-interval (given as commit.interval.ms) must be a duration")
                        .contains("'70000ms'"));
    }

    @Test
    void givenTheEnvironmentForm_whenTheKeyItselfIsNotSet_thenItIsRead() {
        assertThat(reader(Map.of("TOLLGATE_STREAMS_COMMIT_INTERVAL", "20ms")).get(INTERVAL))
                .isEqualTo(Duration.ofMillis(20));
        assertThat(reader(Map.of("TOLLGATE_STREAMS_THREADS", "7", "streams.threads", "3"))
                        .get(THREADS))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\t"})
    void givenABlankValue_whenRead_thenItIsAsIfNotSetUnlessBlankIsAllowed(String blank) {
        SettingsReader settings = reader(Map.of(
                "streams.threads", blank,
                "kafka.bootstrap-servers", blank,
                "sink.password", blank,
                "topics.prefix", blank));

        assertThat(settings.get(THREADS)).isEqualTo(1);
        assertThat(settings.get(PASSWORD)).isEmpty();
        assertThat(settings.get(PREFIX)).isEmpty();
        settings.get(SERVERS);
        assertThat(problems(settings)).singleElement().asString().startsWith("kafka.bootstrap-servers is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999999", "1e3", "0x10", "1.0", "--1", "1,000"})
    void givenNoWholeNumberInRange_whenRead_thenItIsAProblem(String text) {
        SettingsReader settings = reader(Map.of("sink.max-bytes", text));

        assertThat(settings.get(BYTES)).isEqualTo(5L);
        assertThat(problems(settings)).singleElement().asString().contains("was '" + text + "'");
    }

    @Test
    void givenClientProperties_whenHandedOn_thenThePrefixIsCutAndTheyAreKnown() {
        SettingsReader settings = reader(Map.of("kafka.client.linger.ms", "5", "kafka.clent.linger.ms", "5"));

        assertThat(settings.all(CLIENT)).containsExactly(Map.entry("linger.ms", "5"));
        assertThat(problems(settings)).containsExactly("kafka.clent.linger.ms is unknown");
    }

    @Test
    void givenAFamilyWithATypedValue_whenRead_thenWrongOnesAreProblemsAndItsEndIsProposed() {
        SettingsReader settings = reader(Map.of(
                "gate.limit.burst.policy", "fail-closed",
                "gate.limit.day.policy", "often",
                "gate.limit.night.polcy", "fail-open"));

        assertThat(settings.all(BY_LIMIT)).containsExactly(Map.entry("burst", Policy.FAIL_CLOSED));
        assertThat(problems(settings))
                .containsExactly(
                        "gate.limit.day.policy must be one of fail-open, fail-closed, was 'often'",
                        "gate.limit.night.polcy is unknown; did you mean gate.limit.night.policy?");
    }

    @Test
    void givenKeysThatBeginWithAnotherWord_whenChecked_thenTheyAreLeftAlone() {
        assertThat(problems(reader(Map.of("ledger.threads", "1", "plain", "2"))))
                .isEmpty();
    }

    @Test
    void givenAConfigurationOfOurOwn_whenChecked_thenKeysThatBeginWithAnotherWordAreUnknown() {
        SettingsReader settings =
                reader(Map.of("sinc.compress", "true", "plain", "2", "bootstrap.servers", "a:1", "TOLLGATE_HOME", "/"));

        settings.rejectUnknownWords();

        assertThat(problems(settings))
                .containsExactly("plain is unknown", "sinc.compress is unknown; did you mean sink.compress?");
    }

    @ParameterizedTest
    @CsvSource({
        "streams.treads,streams.threads",
        "kafka.bootstrap-server,kafka.bootstrap-servers",
        "kafka.bootstrap.server,kafka.bootstrap-servers",
        "sink.compres,sink.compress",
        "topics.prefx,topics.prefix"
    })
    void givenANearMiss_whenChecked_thenOurOwnNameIsProposed(String written, String meant) {
        assertThat(problems(reader(Map.of(written, "1"))))
                .containsExactly(written + " is unknown; did you mean " + meant + "?");
    }

    @Test
    void givenHugeKeysAndValues_whenRead_thenTheMessageStaysShort() {
        Map<String, String> values = new HashMap<>();
        values.put("streams.threads", "9".repeat(1_000_000));
        values.put("sink." + "x".repeat(1_000_000), "1");
        for (int i = 0; i < 10_000; i++) {
            values.put("gate.unknown-" + i, "1");
        }
        SettingsReader settings = reader(values);
        settings.get(THREADS);

        List<String> problems = problems(settings);

        assertThat(problems).hasSize(102);
        assertThat(problems.get(0)).contains("(1000000 characters)");
        assertThat(problems.get(101)).isEqualTo("9901 more keys are unknown");
        assertThat(String.join("", problems)).hasSizeLessThan(20_000);
    }

    @Test
    void givenControlCharacters_whenShown_thenNoLineIsForged() {
        SettingsReader settings = reader(Map.of("gate.policy", "a\nERROR b", "gate.pol\r\nicy", "x"));
        settings.get(POLICY);

        assertThat(problems(settings))
                .hasSize(2)
                .noneMatch(problem -> problem.contains("\n") || problem.contains("\r"));
    }

    @Test
    void givenSecrets_whenShown_thenTheyAreMasked() {
        SettingsReader settings = reader(Map.of(
                "sink.password", "Hunter2",
                "kafka.client.sasl.jaas.config", "password='wonder'",
                "kafka.client.ssl.key.password", "s3cret",
                "kafka.client.some.url", "http://bob:pa/s@s@db:8123/x?password=pw&access_token=tk&ssl=true",
                "bootstrap.servers", "//u:pw1@h"));
        settings.get(PASSWORD);
        settings.all(CLIENT);
        settings.get(SERVERS);

        assertThat(settings.effective() + String.join("", problems(settings)))
                .doesNotContain("Hunter2", "wonder", "s3cret", "pa/s", "s@db", "=pw", "=tk", "pw1")
                .contains("http://bob:****@db:8123/x?password=****&access_token=****&ssl=true")
                .contains("sink.password must be small letters, was '****'");
    }

    @Test
    void givenASettingThatIsNotDeclared_whenAskedFor_thenItIsAMistakeOfTheProgram() {
        SettingsReader settings = new SettingsReader(Map.of(), List.of());

        assertThatThrownBy(() -> settings.get(THREADS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("streams.threads");
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "Sink.threads", "sink.maxBytes", "sink.", ".a", "sink.max_bytes", "sink.-a"})
    void givenAKeyThatIsNotKebabCase_whenDeclared_thenItIsRejected(String key) {
        assertThatThrownBy(() -> Setting.of(key, SettingType.flag(), true, "anything"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key);
    }

    private static SettingsReader reader(Map<String, String> values) {
        return new SettingsReader(values, List.of(GROUP));
    }

    private static List<String> problems(SettingsReader settings) {
        settings.rejectUnknown();
        try {
            settings.throwIfProblems();
            return List.of();
        } catch (InvalidSettingsException e) {
            return e.problems();
        }
    }
}
