package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /v1/accounts} and the limits of one, over snapshots that can be told by hand. */
final class AccountsIT {
    private static final String EVIL = "'; DROP TABLE account_state; -- \\' \"";

    /** Windows that are open and over for a long time by any clock. */
    private static final String OPEN = "'2020-01-01 00:00:00', '2199-01-01 00:00:00'";

    private static final String STREAM_TIME = "'2026-11-30 23:00:00.250'";

    private static final String OVER = "'2020-01-01 00:00:00', '2020-02-01 00:00:00'";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingApi api;

    @BeforeAll
    static void start() throws SQLException {
        api = new TestingApi("api_accounts");
        api.execute(
                state(
                        "a",
                        "ACCOUNT",
                        "",
                        1,
                        false,
                        false,
                        "NULL",
                        bucket("day", "ACCOUNT", "", "100", 10, OPEN, "NULL")),
                // Replaces it.
                state(
                        "a",
                        "ACCOUNT",
                        "",
                        2,
                        false,
                        false,
                        "NULL",
                        bucket("day", "ACCOUNT", "", "100", 50, OPEN, "NULL"),
                        bucket("month", "ACCOUNT", "", "1000", 999, OVER, "NULL"),
                        bucket("free", "ACCOUNT", "", "NULL", 9_000, OPEN, "NULL"),
                        bucket("calls", "ACCOUNT", "", "10", 3, "NULL, NULL", "NULL")),
                state(
                        "a",
                        "PROJECT",
                        "p1",
                        3,
                        false,
                        false,
                        "NULL",
                        bucket("per-project", "PROJECT", "p1", "20", 18, OPEN, "NULL")),
                state(
                        "a",
                        "PROJECT",
                        "p2",
                        3,
                        false,
                        false,
                        "NULL",
                        bucket("per-project", "PROJECT", "p2", "20", 20, OVER, "NULL")),
                state(
                        "b",
                        "ACCOUNT",
                        "",
                        1,
                        false,
                        false,
                        "NULL",
                        bucket("day", "ACCOUNT", "", "100", 130, OPEN, "'2199-01-01 00:00:00'")),
                state(
                        "c",
                        "ACCOUNT",
                        "",
                        1,
                        true,
                        false,
                        "NULL",
                        bucket("day", "ACCOUNT", "", "100", 40, OPEN, "NULL")),
                state("d", "ACCOUNT", "", 1, false, true, "NULL", bucket("day", "ACCOUNT", "", "0", 0, OPEN, "NULL")),
                // A suspension that is over.
                state(
                        "e",
                        "ACCOUNT",
                        "",
                        1,
                        false,
                        true,
                        "'2020-01-01 00:00:00'",
                        bucket("day", "ACCOUNT", "", "9000000000000000000", 8_999_999_999_999_999_999L, OPEN, "NULL")),
                state("f", "ACCOUNT", "", 1, false, false, "NULL"),
                // Buckets that have drained for years, and one that has not begun to.
                state("g", "ACCOUNT", "", 1, false, false, "NULL", leaky("10", 9), leaky("9000000000000000000", 9))
                        .replace(STREAM_TIME, "'2020-01-01 00:00:00'"),
                state("h", "ACCOUNT", "", 1, false, false, "NULL", leaky("10", 3))
                        .replace(STREAM_TIME, "'2199-01-01 00:00:00'"));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static String bucket(
            String limit, String scope, String key, String amount, long used, String window, String blockedUntil) {
        boolean hard = !blockedUntil.equals("NULL");
        return "('" + limit + "', 'requests', 'FIXED_WINDOW', 'ENFORCE', '" + scope + "', '" + key + "', " + amount
                + ", " + used + ", " + window + ", NULL, " + (hard || used == 18) + ", " + hard + ", " + blockedUntil
                + ")";
    }

    private static String leaky(String amount, long used) {
        return "('leaky-" + amount + "', 'requests', 'LEAKY_BUCKET', 'ENFORCE', 'ACCOUNT', '', " + amount + ", " + used
                + ", NULL, NULL, 1000, false, false, NULL)";
    }

    private static String state(
            String account,
            String scope,
            String key,
            int version,
            boolean exempt,
            boolean suspended,
            String suspendedUntil,
            String... buckets) {
        return "INSERT INTO account_state (account_id, scope, scope_key, plan_id, plan_version, exempt, suspended,"
                + " suspension_reason, stream_time, as_of, suspended_until, recorded_at, buckets, version,"
                + " source_partition, source_offset, record_topic_id, record_partition, record_offset) VALUES ('"
                + account + "', '" + scope + "', '" + key + "', 'mem', 3, " + exempt + ", " + suspended + ", '"
                + (suspended ? "unpaid" : "") + "', " + STREAM_TIME + ", '2026-11-30 23:00:01',"
                + suspendedUntil + ", '2026-11-30 23:00:02', [" + String.join(", ", buckets) + "], " + version
                + ", 0, 7, 'S', 0, " + version + ")";
    }

    @Test
    void givenAccounts_whenAsked_thenTheOneClosestToALimitIsFirst() {
        Reply reply = api.get("/v1/accounts");

        assertThat(Items.of(reply, "account", "state", "limit", "scope_key", "used", "amount", "share_basis_points"))
                .containsExactly(
                        "b blocked day null 130 100 13000",
                        "d suspended day null 0 0 10000",
                        "e ok day null 8999999999999999999 9000000000000000000 9999",
                        "a warned per-project p1 18 20 9000",
                        "c exempt day null 40 100 4000",
                        "h ok leaky-10 null 3 10 3000",
                        "g ok leaky-9000000000000000000 null 0 9000000000000000000 0",
                        "f ok null null null null null");
        assertThat(Items.of(reply, "suspension_reason", "blocked_until", "window_end", "plan_version"))
                .startsWith("null 2199-01-01T00:00:00Z 2199-01-01T00:00:00Z 3", "unpaid null 2199-01-01T00:00:00Z 3");
        assertThat(reply.header("ETag")).isEmpty();
        assertThat(reply.header("Tollgate-As-Of")).isEqualTo("2026-11-30T23:00:02Z");
    }

    @ParameterizedTest
    @CsvSource({
        "filter[state]=blocked, b",
        "'filter[state]=warned,suspended', d a",
        "filter[state][neq]=ok&filter[limit]=day, b d c",
        "'account=a,c', a c",
        "filter[account][prefix]=f, f",
        "filter[plan]=other, ''"
    })
    void givenAFilter_whenAsked_thenTheRestIsLeftOut(String filter, String accounts) {
        assertThat(String.join(" ", Items.of(api.get("/v1/accounts?" + filter), "account")))
                .isEqualTo(accounts);
    }

    @Test
    void givenPages_whenFollowed_thenEachAccountIsThereOnce() {
        List<String> accounts = new ArrayList<>();
        String next = "";
        for (int i = 0; i < 8; i++) {
            Reply page = api.get("/v1/accounts?limit=1" + next);
            accounts.addAll(Items.of(page, "account"));
            next = "&cursor=" + page.json().path("next").asText();
        }

        assertThat(accounts).containsExactly("b", "d", "e", "a", "c", "h", "g", "f");
        assertThat(next).isEqualTo("&cursor=null");
    }

    @Test
    void givenABoundToken_whenItAsks_thenItSeesItsOwnAlone() {
        assertThat(Items.of(api.get(TestingApi.BOUND, "/v1/accounts"), "account"))
                .containsExactly("a");
        assertThat(Items.of(api.get(TestingApi.BOUND, "/v1/accounts?filter[account]=b"), "account"))
                .isEmpty();
        assertThat(api.get(TestingApi.BOUND, "/v1/accounts/b/limits").status()).isEqualTo(403);
    }

    @Test
    void givenLimits_whenAsked_thenTheyAreThoseOfTheNewestSnapshot() {
        Reply reply = api.get("/v1/accounts/a/limits?time_zone=Europe/Berlin");
        assertThat(Items.of(api.get("/v1/accounts/g/limits"), "used", "used_now", "remaining"))
                .containsExactly("9 0 10", "9 0 9000000000000000000");
        assertThat(Items.of(api.get("/v1/accounts/h/limits"), "used", "used_now", "remaining"))
                .containsExactly("3 3 7");

        assertThat(Items.of(reply, "limit", "scope_key", "used", "used_now", "amount", "remaining", "window_over"))
                .containsExactly(
                        "calls  3 3 10 7 false",
                        "day  50 50 100 50 false",
                        "free  9000 9000 null null false",
                        "month  999 0 1000 1000 true",
                        "per-project p1 18 18 20 2 false");
        assertThat(Items.of(reply, "stream_time", "as_of", "version", "plan_version"))
                .startsWith("2026-12-01T00:00:00.25+01:00 2026-12-01T00:00:01+01:00 2 3");
        assertThat(Items.of(api.get("/v1/accounts/b/limits"), "blocked", "remaining", "hard_reached", "suspended"))
                .containsExactly("true 0 true false");
        assertThat(Items.of(api.get("/v1/accounts/d/limits"), "blocked", "suspended", "exempt"))
                .containsExactly("false true false");
        assertThat(Items.of(api.get("/v1/accounts/e/limits"), "suspended")).containsExactly("false");
        assertThat(Items.of(api.get("/v1/accounts/c/limits"), "exempt")).containsExactly("true");
        assertThat(Items.of(api.get("/v1/accounts/f/limits"), "limit")).isEmpty();
        assertThat(Items.of(api.get("/v1/accounts/nobody/limits"), "limit")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "filter[project]=p1, per-project",
        "filter[project]=, calls day free month",
        "filter[scope]=PROJECT, per-project",
        "'filter[limit]=day,month', day month",
        "filter[algorithm]=LEAKY_BUCKET, ''"
    })
    void givenAFilterOfLimits_whenAsked_thenTheRestIsLeftOut(String filter, String limits) {
        assertThat(String.join(" ", Items.of(api.get("/v1/accounts/a/limits?" + filter), "limit")))
                .isEqualTo(limits);
    }

    @Test
    void givenHostileValues_whenAsked_thenTheyAreValuesAndNothingElse() {
        String evil = TestingApi.encoded(EVIL);
        for (String path : List.of(
                "/v1/accounts?account=" + evil,
                "/v1/accounts?filter[plan]=" + evil,
                "/v1/accounts?filter[limit][prefix]=" + evil,
                "/v1/accounts/a/limits?filter[project]=" + evil,
                "/v1/accounts/" + TestingApi.encoded("a' OR '1'='1") + "/limits")) {
            assertThat(Items.of(api.get(path), "plan")).as(path).isEmpty();
        }
        assertThat(api.get("/v1/accounts?filter[state]=" + evil).status()).isEqualTo(400);
        assertThat(api.get("/v1/accounts?filter[state]=blockd").body()).contains("did you mean blocked?");
        assertThat(api.get("/v1/accounts?period=2026").status()).isEqualTo(400);
        assertThat(Items.of(api.get("/v1/accounts"), "account")).hasSize(8);
    }

    @Test
    void givenCsv_whenAsked_thenAllAccountsAndLimitsAreInIt() {
        assertThat(api.get("/v1/accounts?format=csv").lines())
                .hasSize(9)
                .contains("f,ok,mem,3,,,,,,,,,,,,2026-11-30T23:00:00.25Z,2026-11-30T23:00:01Z");
        assertThat(api.get("/v1/accounts/a/limits?format=ndjson").lines()).hasSize(5);
    }
}
