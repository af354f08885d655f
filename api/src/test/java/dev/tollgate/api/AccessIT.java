package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.http.token.TokenHash;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets an answer on which path, and that nobody gets a row of an account that is not his. */
final class AccessIT {
    /**
     * A question for each path below {@code /v1}, which all accounts have something to say to. Those of one account ask
     * for {@code a}.
     */
    private static final Map<String, String> QUESTIONS = Map.ofEntries(
            Map.entry("/v1/usage", "/v1/usage?period=2026-11&group_by=account,project"),
            Map.entry("/v1/limit-events", "/v1/limit-events?period=2026-11"),
            Map.entry("/v1/limit-events/{id}", "/v1/limit-events/event-of-a"),
            Map.entry("/v1/accounts/{account}/timeline", "/v1/accounts/a/timeline?period=2026-11"),
            Map.entry("/v1/accounts", "/v1/accounts?time_zone=UTC"),
            Map.entry("/v1/accounts/{account}/limits", "/v1/accounts/a/limits?time_zone=UTC"),
            Map.entry(AccessIT.QUOTE, "/v1/accounts/a/quote?endpoint=/v2/mem-it"),
            Map.entry("/v1/events", "/v1/events?period=2026-11"),
            Map.entry("/v1/dead-letters", "/v1/dead-letters?period=2026-11"),
            Map.entry("/v1/plans", "/v1/plans?time_zone=UTC"),
            Map.entry("/v1/freshness", "/v1/freshness?time_zone=UTC"));

    /** Answers out of Kafka alone, which this API does not follow: 503 to those who may ask. */
    private static final String QUOTE = "/v1/accounts/{account}/quote";

    /** Paths whose rows are of the accounts that the parameter {@code account} names. */
    private static final List<String> LISTS =
            List.of("/v1/usage", "/v1/limit-events", "/v1/accounts", "/v1/events", "/v1/dead-letters");

    /** Paths that name one account. */
    private static final List<String> OF_ACCOUNT =
            List.of("/v1/accounts/{account}/timeline", "/v1/accounts/{account}/limits");

    /** Paths whose rows are of no account: who may see some accounts only may not see them. */
    private static final List<String> OF_NO_ACCOUNT = List.of("/v1/plans", "/v1/freshness");

    private static final String ACCOUNTS =
            "arrayJoin(['a', 'ab', 'A', 'team-1', 'team-', 'team', 'steam-1', 'b', '']) AS account";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingApi api;

    @BeforeAll
    static void start() throws SQLException {
        api = new TestingApi("api_access");
        api.execute("INSERT INTO request_journal (account_id, event_id, verdict, project_id, occurred_at, appended_at,"
                + " recorded_at, costs, record_topic_id, record_partition, record_offset)"
                + " SELECT account, 'e', 'COUNTED', concat('secret-of-', account), '2026-11-02', '2026-11-02',"
                + " '2026-11-02', map('requests', 1), 'J', 0, number"
                + " FROM (SELECT " + ACCOUNTS + ", rowNumberInAllBlocks() AS number)");
        api.execute("INSERT INTO limit_event (account_id, limit_event_id, kind, reason, event_time, decided_at,"
                + " recorded_at, version, record_topic_id, record_partition, record_offset)"
                + " SELECT account, concat('event-of-', account), 'SUSPENDED', concat('secret-of-', account),"
                + " '2026-11-02', '2026-11-02', '2026-11-02', 1, 'L', 0, number"
                + " FROM (SELECT " + ACCOUNTS + ", rowNumberInAllBlocks() AS number)");
        api.execute("INSERT INTO dead_letter (account_id, reason, detail, recorded_at, record_topic_id,"
                + " record_partition, record_offset) SELECT account, 'MALFORMED', concat('secret-of-', account),"
                + " '2026-11-02', 'D', 0, number FROM (SELECT " + ACCOUNTS + ", rowNumberInAllBlocks() AS number)");
        api.execute("INSERT INTO account_state (account_id, scope, plan_id, stream_time, as_of, recorded_at, buckets,"
                + " version, record_topic_id, record_partition, record_offset) SELECT account, 'ACCOUNT',"
                + " concat('secret-of-', account), '2026-11-02', '2026-11-02', '2026-11-02', [('day', 'requests',"
                + " 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 10, 5, NULL, NULL, NULL, false, false, NULL)], 1, 'S', 0,"
                + " number FROM (SELECT " + ACCOUNTS + ", rowNumberInAllBlocks() AS number)");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    static Stream<Arguments> everyPathAndToken() {
        return QUESTIONS.entrySet().stream().flatMap(path -> {
            int allowed = path.getKey().equals(QUOTE) ? 503 : 200;
            return paths(path.getValue(), allowed, OF_NO_ACCOUNT.contains(path.getKey()) ? 403 : allowed);
        });
    }

    private static Stream<Arguments> paths(String question, int allowed, int bound) {
        return Stream.of(
                Arguments.of(question, "", 401),
                Arguments.of(question, "tg_unknown-to-everybody-0123456789", 401),
                Arguments.of(question, "short", 401),
                Arguments.of(question, TestingApi.EXPIRED, 401),
                Arguments.of(question, TestingApi.PUBLISHER, 403),
                Arguments.of(question, TestingApi.CHECKER, 403),
                Arguments.of(question, TestingApi.READER, allowed),
                Arguments.of(question, TestingApi.OPERATOR, allowed),
                Arguments.of(question, TestingApi.BOUND, bound));
    }

    @Test
    void everyPathThatNeedsATokenIsAskedHere() {
        assertThat(api.api().routes().keySet().stream().filter(path -> path.startsWith("/v1/")))
                .containsExactlyInAnyOrderElementsOf(QUESTIONS.keySet());
    }

    @ParameterizedTest
    @MethodSource("everyPathAndToken")
    void givenAToken_whenItAsks_thenItsRoleDecides(String question, String token, int status) {
        Reply reply = api.get(token, question);

        assertThat(reply.status()).isEqualTo(status);
        if (status != 200) {
            assertThat(reply.body()).doesNotContain("secret-of-");
        }
    }

    @Test
    void givenABoundToken_whenItAsksForEverything_thenItSeesItsAccountsAlone() {
        for (String path : LISTS) {
            String question = QUESTIONS.getOrDefault(path, "");
            assertThat(api.get(TestingApi.READER, question).body())
                    .contains("secret-of-b", "secret-of-ab", "secret-of-steam-1");
            for (String format : List.of("json", "csv", "ndjson")) {
                assertThat(api.get(TestingApi.BOUND, question + "&format=" + format)
                                .body())
                        .contains("secret-of-a", "secret-of-team-1")
                        .doesNotContain("secret-of-b", "secret-of-ab", "secret-of-A", "secret-of-steam-1");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "account=b, 403",
        "'account=a,b', 403",
        "account=nobody-at-all, 403",
        "account=team-*, 200",
        "account=team, 403",
        "account=a, 200",
        "filter[account]=b, 200",
        "filter[account][neq]=a, 200",
        "filter[account][prefix]=, 200",
        "'group_by=account&top=1', 200",
        "period=-30d, 400"
    })
    void givenABoundToken_whenItAsksForOthers_thenItGetsNothingOfThem(String part, int status) {
        for (String path : part.startsWith("group_by") ? List.of("/v1/usage") : LISTS) {
            String question = QUESTIONS.getOrDefault(path, "");
            Reply reply = api.get(
                    TestingApi.BOUND,
                    part.startsWith("group_by") ? "/v1/usage?period=2026-11&" + part : question + "&" + part);

            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.body()).doesNotContain("secret-of-b", "secret-of-ab", "secret-of-steam-1");
            if (status == 200 && reply.json().has("total")) {
                // Of nine rows, three are of accounts that the token is for: a, team-1 and team-.
                assertThat(reply.json().at("/total/requests").asLong()).isLessThanOrEqualTo(3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a, 200",
        "team-1, 200",
        "team-, 200",
        "team-nobody, 200",
        "b, 403",
        "ab, 403",
        "A, 403",
        "team, 403",
        "steam-1, 403",
        "nobody-at-all, 403",
        "a%2Cb, 403",
        "a%00, 400",
        "team-*, 200"
    })
    void givenABoundToken_whenItNamesAnAccountInAPath_thenItIsOneOfItsOwn(String account, int status) {
        for (String path : OF_ACCOUNT) {
            String question = QUESTIONS.getOrDefault(path, "").replace("/a/", "/" + account + "/");

            Reply reply = api.get(TestingApi.BOUND, question);

            assertThat(reply.status()).as(question).isEqualTo(status);
            assertThat(reply.body()).doesNotContain("secret-of-b", "secret-of-ab", "secret-of-A", "secret-of-steam-1");
            if (List.of("a", "team-1").contains(account)) {
                assertThat(reply.body()).contains("secret-of-" + account);
            }
        }
        String quote = QUESTIONS.getOrDefault(QUOTE, "").replace("/a/", "/" + account + "/");
        assertThat(api.get(TestingApi.BOUND, quote).status()).as(quote).isEqualTo(status == 200 ? 503 : status);
    }

    @Test
    void givenABoundToken_whenItGuessesAnId_thenItLearnsNothing() {
        Reply other = api.get(TestingApi.BOUND, "/v1/limit-events/event-of-b");
        Reply none = api.get(TestingApi.BOUND, "/v1/limit-events/event-of-nobody");

        assertThat(other.status()).isEqualTo(none.status()).isEqualTo(404);
        assertThat(other.json().path("detail")).isEqualTo(none.json().path("detail"));
        assertThat(api.get(TestingApi.BOUND, "/v1/limit-events/event-of-team-1").status())
                .isEqualTo(200);
    }

    @Test
    void givenTwoTokens_whenTheyAskTheSame_thenTheirEntityTagsDiffer() {
        for (String path : LISTS) {
            String question = QUESTIONS.getOrDefault(path, "");
            String tag = api.get(TestingApi.READER, question).header("ETag");

            assertThat(api.get(TestingApi.BOUND, question, "If-None-Match", tag).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void givenARevokedToken_whenItAsks_thenItIsUnknown() {
        ApiConfig config = ApiConfig.from(Map.of(
                "clickhouse.url",
                "jdbc:ch://localhost:1/x",
                "api.tokens.two.hash",
                TokenHash.of(TestingApi.OPERATOR).text()));
        try (TestingApi own = new TestingApi("api_access")) {
            assertThat(own.get(TestingApi.READER, "/v1/usage?period=2026-11").status())
                    .isEqualTo(200);

            own.api().replaceTokens(config.tokens());

            assertThat(own.get(TestingApi.READER, "/v1/usage?period=2026-11").status())
                    .isEqualTo(401);
            assertThat(own.get(TestingApi.OPERATOR, "/v1/usage?period=2026-11").status())
                    .isEqualTo(200);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
