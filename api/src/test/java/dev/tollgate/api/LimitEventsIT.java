package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code GET /v1/limit-events}, one of them by its id, and an account's timeline, over rows that can be told by hand.
 */
final class LimitEventsIT {
    private static final String EVIL = "'; DROP TABLE limit_event; -- \\' \" \t\n}{x:String}";
    private static final String NOVEMBER = "/v1/limit-events?period=2026-11";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingApi api;

    @BeforeAll
    static void start() throws SQLException {
        api = new TestingApi("api_limit_events");
        api.execute(
                COLUMNS
                        + String.join(
                                ", ",
                                row(
                                        "e1",
                                        "a",
                                        "SOFT_LIMIT_REACHED",
                                        "day",
                                        "ACCOUNT",
                                        "",
                                        "2026-11-02 10:00:00",
                                        1,
                                        "",
                                        ""),
                                row(
                                        "e2",
                                        "a",
                                        "HARD_LIMIT_REACHED",
                                        "day",
                                        "ACCOUNT",
                                        "",
                                        "2026-11-02 11:00:00",
                                        2,
                                        "",
                                        ""),
                                row(
                                        "e3",
                                        "a",
                                        "LIMIT_CLEARED",
                                        "day",
                                        "ACCOUNT",
                                        "",
                                        "2026-11-03 00:00:00",
                                        3,
                                        "e1",
                                        "WINDOW_ENDED"),
                                row(
                                        "e4",
                                        "a",
                                        "LIMIT_CLEARED",
                                        "day",
                                        "ACCOUNT",
                                        "",
                                        "2026-11-03 00:00:00",
                                        4,
                                        "e2",
                                        "WINDOW_ENDED"),
                                row(
                                        "e5",
                                        "a",
                                        "HARD_LIMIT_REACHED",
                                        "burst",
                                        "PROJECT",
                                        "p1",
                                        "2026-11-04 00:00:00",
                                        5,
                                        "",
                                        ""),
                                row(
                                        "e6",
                                        "b",
                                        "ADVISORY_LIMIT_REACHED",
                                        "day",
                                        "API_KEY",
                                        "k1",
                                        "2026-11-04 00:00:00",
                                        1,
                                        "",
                                        ""),
                                row("e7", "a", "SUSPENDED", "", "ACCOUNT", "", "2026-11-05 00:00:00", 6, "", ""),
                                // An id that only one account may be found by.
                                row(
                                        "e8",
                                        "b",
                                        "HARD_LIMIT_REACHED",
                                        "day",
                                        "ACCOUNT",
                                        "",
                                        "2026-11-06 00:00:00",
                                        2,
                                        "",
                                        ""),
                                row("e1", "b", "LIMIT_CLEARED", "day", "ACCOUNT", "", "2026-11-01 00:00:00", 0, "", ""),
                                row(
                                        "e9",
                                        "a",
                                        "PLAN_CHANGE_SCHEDULED",
                                        "",
                                        "ACCOUNT",
                                        "",
                                        "2027-01-01 00:00:00",
                                        7,
                                        "",
                                        "")),
                // The same event again, as a sink that was killed writes it.
                COLUMNS
                        + row(
                                "e5",
                                "a",
                                "HARD_LIMIT_REACHED",
                                "burst",
                                "PROJECT",
                                "p1",
                                "2026-11-04 00:00:00",
                                5,
                                "",
                                ""),
                "INSERT INTO request_journal (account_id, event_id, verdict, correction_id, occurred_at, appended_at,"
                        + " recorded_at, costs, record_topic_id, record_partition, record_offset) VALUES"
                        + " ('a', 'r1', 'COUNTED', '', '2026-11-02 09:00:00', '2026-11-02 09:00:00',"
                        + " '2026-11-02 09:00:00', {'requests': 1, 'complexity': 9}, 'J', 0, 0),"
                        + " ('a', 'r1', 'VOIDED', 'c1', '2026-11-02 09:00:00', '2026-11-02 09:00:00',"
                        + " '2026-11-04 12:00:00', {'requests': -1, 'complexity': -9}, 'J', 0, 1),"
                        + " ('a', 'r1', 'AMENDED', 'c1', '2026-11-02 09:00:00', '2026-11-02 09:00:00',"
                        + " '2026-11-04 12:00:00', {'requests': 1, 'complexity': 4}, 'J', 0, 2)");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static final String COLUMNS =
            "INSERT INTO limit_event (limit_event_id, account_id, kind, limit_id, meter_id, mode, scope, scope_key,"
                + " plan_id, plan_version, event_time, decided_at, recorded_at, used, amount, cleared_event_id, cause,"
                + " reason, crossing_event_id, crossing_topic, crossing_partition, crossing_offset, version,"
                + " record_topic_id, record_partition, record_offset) VALUES ";

    private static String row(
            String id,
            String account,
            String kind,
            String limit,
            String scope,
            String scopeKey,
            String time,
            int version,
            String cleared,
            String cause) {
        String command =
                kind.equals("SUSPENDED") ? "'unpaid', 'cmd-1', 'account-events', 3, 44" : "'', '', '', NULL, NULL";
        return "('" + id + "', '" + account + "', '" + kind + "', '" + limit + "', 'requests', 'ENFORCE', '" + scope
                + "', '" + scopeKey + "', 'mem', 2, '" + time + "', '" + time + "', '2026-11-30 23:59:59.500', "
                + (kind.endsWith("REACHED") ? "105, 100" : "NULL, NULL") + ", '" + cleared + "', '" + cause + "', "
                + command + ", " + version + ", 'L', 0, " + version + ")";
    }

    @Test
    void givenEvents_whenAsked_thenTheNewestComeFirstWithTheirEnds() {
        Reply reply = api.get(NOVEMBER + "&account=a&time_zone=Asia/Kathmandu");

        assertThat(Items.of(reply, "limit_event_id", "event_time", "ended_at", "duration_ms", "ended_by"))
                .containsExactly(
                        "e7 2026-11-05T05:45:00+05:45 null null null",
                        "e5 2026-11-04T05:45:00+05:45 null null null",
                        "e4 2026-11-03T05:45:00+05:45 null null null",
                        "e3 2026-11-03T05:45:00+05:45 null null null",
                        "e2 2026-11-02T16:45:00+05:45 2026-11-03T05:45:00+05:45 46800000 WINDOW_ENDED",
                        "e1 2026-11-02T15:45:00+05:45 2026-11-03T05:45:00+05:45 50400000 WINDOW_ENDED");
        assertThat(Items.of(reply, "limit", "scope_key", "used", "amount", "overshoot", "reason", "crossing_offset"))
                .startsWith("null  null null null unpaid 44", "burst p1 105 100 null null null");
        assertThat(reply.json().path("as_of").asText()).isEqualTo("2026-12-01T05:44:59.5+05:45");
        assertThat(reply.json().path("lag_ms").isIntegralNumber()).isTrue();
        assertThat(reply.json().path("from").asText()).isEqualTo("2026-11-01T00:00:00+05:45");
        assertThat(reply.json().path("next").isNull()).isTrue();
        assertThat(reply.header("Link")).isEmpty();
    }

    @Test
    void givenAnAccount_whenNoTimeIsGiven_thenAllOfItIsThereAndTheFutureToo() {
        assertThat(Items.of(api.get("/v1/limit-events?account=a"), "limit_event_id"))
                .containsExactly("e9", "e7", "e5", "e4", "e3", "e2", "e1");
        assertThat(Items.of(api.get("/v1/limit-events?account=a&to=2026-11-02T10:30:00Z"), "limit_event_id"))
                .containsExactly("e1");
        assertThat(api.get("/v1/limit-events").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "filter[kind]=HARD_LIMIT_REACHED, e8 e5 e2",
        "'filter[kind]=SUSPENDED,SOFT_LIMIT_REACHED', e7 e1",
        "filter[kind][neq]=LIMIT_CLEARED&account=a, e7 e5 e2 e1",
        "filter[project]=p1, e5",
        "filter[api_key]=k1, e6",
        "filter[project][neq]=&account=a, e5",
        "filter[limit]=burst, e5",
        "filter[limit][prefix]=bur, e5",
        "filter[scope]=API_KEY, e6",
        "filter[cause]=WINDOW_ENDED, e4 e3",
        "'account=b&filter[plan]=mem', e8 e6 e1",
        "filter[account][prefix]=b&filter[meter]=requests&filter[mode]=ENFORCE, e8 e6 e1",
        "filter[limit]=p1, ''",
        "open=true, e8 e6 e5",
        "open=true&account=a, e5",
        "open=true&filter[kind]=ADVISORY_LIMIT_REACHED, e6"
    })
    void givenAFilter_whenAsked_thenTheRestIsLeftOut(String filter, String ids) {
        assertThat(String.join(" ", Items.of(api.get(NOVEMBER + "&" + filter), "limit_event_id")))
                .isEqualTo(ids);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9})
    void givenPages_whenFollowed_thenTheyAreTheWholeListOnce(int limit) throws SQLException {
        List<String> whole = Items.of(api.get(NOVEMBER), "account", "limit_event_id");

        List<String> read = new ArrayList<>();
        String next = "";
        do {
            Reply page = api.get(NOVEMBER + "&limit=" + limit + (next.isEmpty() ? "" : "&cursor=" + next));
            read.addAll(Items.of(page, "account", "limit_event_id"));
            next = page.json().path("next").asText("");
            assertThat(page.header("Link"))
                    .isEqualTo(
                            page.json().path("next").isNull()
                                    ? ""
                                    : "</v1/limit-events?period=2026-11&limit=" + limit + "&cursor=" + next
                                            + ">; rel=\"next\"");
            next = page.json().path("next").isNull() ? "" : next;
        } while (!next.isEmpty());

        assertThat(read).isEqualTo(whole).hasSize(9);
    }

    @Test
    void givenACursorOfAnotherQuestion_whenAsked_thenItIsAProblem() {
        String next = api.get(NOVEMBER + "&limit=1").json().path("next").asText();

        assertThat(api.get(NOVEMBER + "&limit=2&cursor=" + next).status()).isEqualTo(200);
        assertThat(api.get(NOVEMBER + "&account=a&cursor=" + next).status()).isEqualTo(400);
        assertThat(api.get("/v1/limit-events?period=2026&cursor=" + next).body())
                .contains("cursor must be what next had in an answer to the same question");
        assertThat(api.get("/v1/accounts/a/timeline?period=2026-11&cursor=" + next)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void givenCursorsThatSomebodyMade_whenAsked_thenNoneIsAFaultOfOurs() {
        byte[] bytes = Base64.getUrlDecoder()
                .decode(api.get(NOVEMBER + "&limit=1").json().path("next").asText());
        long seed = Long.getLong("tollgate.seed", 20261130L);
        Random random = new Random(seed);

        for (int i = 0; i < 60; i++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            int status = api.get(NOVEMBER + "&limit=1&cursor="
                            + Base64.getUrlEncoder().withoutPadding().encodeToString(changed))
                    .status();
            assertThat(status).as("seed %s, cursor %s", seed, i).isIn(200, 400);
        }
        for (String cursor : List.of("", "x", "====", "AQ", "a".repeat(9_000), TestingApi.encoded(EVIL))) {
            assertThat(api.get(NOVEMBER + "&cursor=" + cursor).status()).isEqualTo(400);
        }
    }

    @Test
    void givenACursorWithHostileKeys_whenAsked_thenTheyAreValues() {
        byte[] bytes = Base64.getUrlDecoder()
                .decode(api.get(NOVEMBER + "&limit=1").json().path("next").asText());
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        // The id of the first page's last row is e8.
        String evil = "e') OR 1=1--";
        String changed = text.substring(0, text.length() - 4) + "\0" + (char) evil.length() + evil;

        Reply reply = api.get(NOVEMBER + "&limit=100&cursor="
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(changed.getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(Items.of(reply, "limit_event_id")).hasSize(8).doesNotContain("e8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "account",
                "filter[limit]",
                "filter[project][eq]",
                "filter[limit][prefix]",
                "filter[meter][neq]",
                "filter[account]"
            })
    void givenAHostileValue_whenAsked_thenItIsAValueAndNothingElse(String parameter) {
        Reply reply = api.get(
                NOVEMBER + "&" + parameter.replace("[", "%5B").replace("]", "%5D") + "=" + TestingApi.encoded(EVIL));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("items").size()).isEqualTo(parameter.contains("neq") ? 9 : 0);
        assertThat(Items.of(api.get(NOVEMBER), "kind")).hasSize(9);
    }

    @Test
    void givenHostilePaths_whenAsked_thenNothingIsThere() {
        assertThat(api.get("/v1/limit-events/" + TestingApi.encoded(EVIL.replaceAll("[\\t\\n\\\\]", "")))
                        .status())
                .isEqualTo(404);
        assertThat(api.get("/v1/limit-events/" + TestingApi.encoded("x' OR '1'='1"))
                        .body())
                .contains("unknown-event");
        assertThat(Items.of(api.get("/v1/accounts/" + TestingApi.encoded("x' OR '1'='1") + "/timeline"), "kind"))
                .isEmpty();
    }

    @Test
    void givenManyMistakes_whenAsked_thenAllAreInTheAnswer() {
        Reply reply = api.get("/v1/limit-events?filter[kind]=hard_limit_reachd&filter[lmit]=x&open=yes&limit=0"
                + "&cursor=x&perod=2026&time_zone=Nowhere");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("problems").findValuesAsText("parameter"))
                .containsExactlyInAnyOrder(
                        "perod", "from", "filter[kind]", "filter[lmit]", "open", "limit", "cursor", "time_zone");
        assertThat(reply.body()).contains("did you mean HARD_LIMIT_REACHED?", "did you mean limit?");
    }

    @Test
    void givenCsvAndNdjson_whenAsked_thenAllRowsAreThereAndNoPages() {
        Reply csv = api.get(TestingApi.READER, NOVEMBER, "Accept", "text/csv");
        Reply ndjson = api.get(NOVEMBER + "&format=ndjson");

        assertThat(csv.lines()).hasSize(10);
        assertThat(csv.lines().getFirst()).startsWith("limit_event_id,account,kind,event_time,limit,meter");
        assertThat(csv.lines().get(7))
                .startsWith(
                        "e2,a,HARD_LIMIT_REACHED,2026-11-02T11:00:00Z,day,requests,ENFORCE,ACCOUNT,,mem,2,,105,100,,,,,"
                                + "2026-11-03T00:00:00Z,46800000,WINDOW_ENDED,");
        assertThat(csv.header("Content-Disposition")).isEqualTo("attachment; filename=\"limit-events.csv\"");
        assertThat(ndjson.lines()).hasSize(9);
        assertThat(ndjson.lines().getFirst()).startsWith("{\"limit_event_id\":\"e8\",\"account\":\"b\"");
        assertThat(api.get(NOVEMBER + "&format=csv&limit=5&cursor=x")
                        .json()
                        .path("problems")
                        .findValuesAsText("parameter"))
                .contains("limit", "cursor");
    }

    @Test
    void givenAnEntityTag_whenAskedAgain_thenItIs304UntilARowComes() throws SQLException {
        try (TestingApi own = new TestingApi("api_limit_event_tags")) {
            String query = "/v1/limit-events?account=a";
            String tag = own.get(query).header("ETag");
            assertThat(own.get(query).json().path("as_of").isNull()).isTrue();
            assertThat(own.get(TestingApi.READER, query, "If-None-Match", tag).status())
                    .isEqualTo(304);
            assertThat(own.get(TestingApi.READER, query + "&open=true", "If-None-Match", tag)
                            .status())
                    .isEqualTo(200);

            own.execute(COLUMNS + row("n1", "a", "EXEMPTED", "", "ACCOUNT", "", "2026-11-02 10:00:00", 1, "", ""));

            Reply now = own.get(TestingApi.READER, query, "If-None-Match", tag);
            assertThat(now.status()).isEqualTo(200);
            assertThat(Items.of(now, "kind")).containsExactly("EXEMPTED");
            assertThat(now.header("Tollgate-As-Of")).isEqualTo("2026-11-30T23:59:59.5Z");
            String item = own.get("/v1/limit-events/n1").header("ETag");
            assertThat(own.get(TestingApi.READER, "/v1/limit-events/n1", "If-None-Match", item)
                            .status())
                    .isEqualTo(304);
        }
    }

    @Test
    void givenAnId_whenAsked_thenThatEventIsTheAnswer() {
        Reply reply = api.get("/v1/limit-events/e2?time_zone=Europe/Berlin");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("event_time").asText()).isEqualTo("2026-11-02T12:00:00+01:00");
        assertThat(reply.json().path("ended_at").asText()).isEqualTo("2026-11-03T01:00:00+01:00");
        assertThat(api.get("/v1/limit-events/nothing").status()).isEqualTo(404);
        assertThat(api.get(TestingApi.BOUND, "/v1/limit-events/e8").status()).isEqualTo(404);
        assertThat(api.get(TestingApi.BOUND, "/v1/limit-events/e2").status()).isEqualTo(200);
        assertThat(api.get("/v1/limit-events/e2?limit=1").status()).isEqualTo(400);
    }

    @Test
    void givenATimeline_whenAsked_thenCommandsAndCorrectionsAreInIt() {
        Reply reply = api.get("/v1/accounts/a/timeline");

        assertThat(Items.of(reply, "at", "kind", "reason", "command_id", "command_topic", "corrected_events"))
                .containsExactly(
                        "2027-01-01T00:00:00Z PLAN_CHANGE_SCHEDULED null null null null",
                        "2026-11-05T00:00:00Z SUSPENDED unpaid cmd-1 account-events null",
                        "2026-11-04T12:00:00Z CORRECTED null c1 null 1");
        assertThat(reply.json().at("/items/2/corrected_costs").toString())
                .isEqualTo("{\"complexity\":-5,\"requests\":0}");
        assertThat(Items.of(api.get("/v1/accounts/a/timeline?period=2026-11&filter[kind]=CORRECTED"), "command_id"))
                .containsExactly("c1");
        assertThat(Items.of(api.get("/v1/accounts/b/timeline"), "kind")).isEmpty();
        assertThat(api.get("/v1/accounts/a/timeline?format=csv").lines()).hasSize(4);
        assertThat(api.get("/v1/accounts/a/timeline?account=b").status()).isEqualTo(400);
    }

    @Test
    void givenATimelineInPages_whenFollowed_thenNoneIsMissing() {
        List<String> kinds = new ArrayList<>();
        String next = "";
        for (int i = 0; i < 3; i++) {
            JsonNode page = api.get("/v1/accounts/a/timeline?limit=1" + next).json();
            kinds.add(page.at("/items/0/kind").asText());
            next = "&cursor=" + page.path("next").asText();
        }

        assertThat(kinds).containsExactly("PLAN_CHANGE_SCHEDULED", "SUSPENDED", "CORRECTED");
        assertThat(next).isEqualTo("&cursor=null");
    }
}
