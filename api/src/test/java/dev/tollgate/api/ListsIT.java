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
import org.junit.jupiter.params.provider.ValueSource;

/** Events, plans, dead letters and the freshness of the tables, over rows that can be told by hand. */
final class ListsIT {
    private static final String EVIL = "'; DROP TABLE dead_letter; -- \\' \" \t\n}{x:String}";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingApi api;

    @BeforeAll
    static void start() throws SQLException {
        api = new TestingApi("api_lists");
        api.execute(
                "INSERT INTO request_journal (account_id, event_id, verdict, correction_id, project_id, api_key_id,"
                        + " endpoint, outcome, producer, attributes, plan_id, plan_version, late_limits, occurred_at,"
                        + " appended_at, recorded_at, costs, units, duration_ms, source_topic, source_partition,"
                        + " source_offset, record_topic_id, record_partition, record_offset) VALUES"
                        + entry("a", "e1", "COUNTED", "", "2026-11-02 10:00:00", 1, 0) + ","
                        + entry("a", "e2", "LATE", "", "2026-11-02 11:00:00", 1, 1) + ","
                        + entry("a", "e1", "VOIDED", "c1", "2026-11-02 10:00:00", -1, 2) + ","
                        + entry("b", "e3", "COUNTED", "", "2026-11-03 10:00:00", 1, 3),
                "INSERT INTO plan_version (plan_id, plan_version, title, checksum, charged_outcomes, effective_from,"
                        + " notice_period_ms, recorded_at, limits, record_topic_id, record_partition, record_offset)"
                        + " VALUES ('mem', 1, 'Memory', 'c0', ['SUCCESS', 'INVALID'], '2026-01-01 00:00:00', 0,"
                        + " '2026-01-01 00:00:00', [('day', 'requests', 100, 'FIXED_WINDOW', 'DAY', NULL, 'ACCOUNT',"
                        + " 'ENFORCE', 60000), ('all', 'requests', NULL, 'LEAKY_BUCKET', '', 1000, 'PROJECT',"
                        + " 'ADVISORY', 0)], 'P', 0, 1)",
                // A version that was published once more with another title, and one that is to come.
                "INSERT INTO plan_version (plan_id, plan_version, title, checksum, effective_from, notice_period_ms,"
                        + " recorded_at, record_topic_id, record_partition, record_offset) VALUES"
                        + " ('base', 1, 'Base', 'c2', '2026-01-01 00:00:00', 0, '2026-01-01 00:00:00', 'P', 0, 2),"
                        + " ('base', 1, 'Basis', 'c2', '2026-01-01 00:00:00', 0, '2026-01-02 00:00:00', 'P', 0, 3),"
                        + " ('base', 2, 'Basis', 'c3', '2027-01-01 00:00:00', 86400000, '2026-01-02 00:00:00', 'P', 0,"
                        + " 4)",
                "INSERT INTO dead_letter (source_topic, source_partition, source_offset, reason, detail, account_id,"
                        + " event_id, appended_at, rejected_at, recorded_at, key, value, record_topic_id,"
                        + " record_partition, record_offset) VALUES"
                        + letter("MALFORMED", "", "'a'", "unhex('00ff10')", 0) + ","
                        + letter("FUTURE_EVENT", "a", "'a'", "'{\"x\":1}'", 1) + ","
                        + letter("FUTURE_EVENT", "b", "NULL", "NULL", 2) + ","
                        + letter("MALFORMED", "b", "''", "repeat('x', 20000)", 3));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static String entry(
            String account, String event, String verdict, String correction, String time, int cost, int offset) {
        return "('" + account + "', '" + event + "', '" + verdict + "', '" + correction
                + "', 'p1', 'k1', '/get', 'SUCCESS', 'svc', {'region': 'eu'}, 'mem', 1, "
                + (verdict.equals("LATE") ? "['day', 'month']" : "[]") + ", '" + time + "', '" + time
                + "', '2026-11-30 23:59:59.500', {'requests': " + cost + ", 'complexity': " + cost * 7L
                + "}, 5, NULL, 'ev', 1, " + offset + ", 'J', 0, " + offset + ")";
    }

    private static String letter(String reason, String account, String key, String value, int offset) {
        return "('ev', 2, " + offset + ", '" + reason + "', 'what was wrong', '" + account + "', '',"
                + " '1970-01-01 00:00:00', '2026-11-0" + (offset + 1) + " 00:00:00', '2026-11-0" + (offset + 1)
                + " 00:00:01', " + key + ", " + value + ", 'D', 0, " + offset + ")";
    }

    @Test
    void givenEvents_whenAsked_thenEachEntryOfTheJournalIsThere() {
        Reply reply = api.get("/v1/events?account=a");

        assertThat(Items.of(reply, "event_id", "verdict", "correction_id", "costs", "late_limits", "units"))
                .containsExactly(
                        "e2 LATE null {\"complexity\":7,\"requests\":1} [\"day\",\"month\"] 5",
                        "e1 VOIDED c1 {\"complexity\":-7,\"requests\":-1} [] 5",
                        "e1 COUNTED null {\"complexity\":7,\"requests\":1} [] 5");
        assertThat(Items.of(reply, "attributes", "duration_ms", "source_offset", "recorded_at"))
                .startsWith("{\"region\":\"eu\"} null 1 2026-11-30T23:59:59.5Z");
        assertThat(api.get("/v1/events?account=a&format=csv").lines().get(1))
                .isEqualTo(
                        "a,e2,LATE,2026-11-02T11:00:00Z,p1,k1,/get,SUCCESS,svc,\"{\"\"region\"\":\"\"eu\"\"}\",mem,1,"
                                + "\"{\"\"complexity\"\":7,\"\"requests\"\":1}\",\"[\"\"day\"\",\"\"month\"\"]\",5,,,,,"
                                + "2026-11-02T11:00:00Z,2026-11-30T23:59:59.5Z,ev,1,1");
    }

    @ParameterizedTest
    @CsvSource({
        "'filter[verdict]=COUNTED,VOIDED', 3",
        "filter[event]=e1, 2",
        "filter[correction]=c1, 1",
        "filter[correction]=, 3",
        "filter[attribute.region]=eu, 4",
        "filter[attribute.region]=us, 0",
        "filter[endpoint][prefix]=/g&filter[outcome]=SUCCESS, 4",
        "filter[account]=b, 1"
    })
    void givenAFilterOfEvents_whenAsked_thenTheRestIsLeftOut(String filter, int count) {
        assertThat(Items.of(api.get("/v1/events?period=2026-11&" + filter), "event_id"))
                .hasSize(count);
    }

    @ParameterizedTest
    @CsvSource({"/v1/events?period=2026-11, 4", "/v1/dead-letters?period=2026-11, 4", "/v1/plans?time_zone=UTC, 3"})
    void givenPages_whenFollowed_thenTheyAreTheWholeListOnce(String path, int count) {
        List<String> whole = new ArrayList<>();
        api.get(path).json().path("items").forEach(item -> whole.add(item.toString()));

        List<String> read = new ArrayList<>();
        String next = "";
        for (int i = 0; i < count; i++) {
            Reply page = api.get(path + "&limit=1" + next);
            page.json().path("items").forEach(item -> read.add(item.toString()));
            next = "&cursor=" + page.json().path("next").asText();
        }

        assertThat(read).isEqualTo(whole).hasSize(count);
        assertThat(next).isEqualTo("&cursor=null");
        assertThat(api.get(path + "&format=ndjson").lines()).isEqualTo(whole);
    }

    @Test
    void givenPlans_whenAsked_thenEachVersionIsThereOnceWithItsLimits() {
        Reply reply = api.get("/v1/plans");

        assertThat(Items.of(reply, "plan", "plan_version", "title", "effective_from", "charged_outcomes"))
                .containsExactly(
                        "base 1 Basis 2026-01-01T00:00:00Z []",
                        "base 2 Basis 2027-01-01T00:00:00Z []",
                        "mem 1 Memory 2026-01-01T00:00:00Z [\"SUCCESS\",\"INVALID\"]");
        assertThat(reply.json().at("/items/2/limits/0").toString())
                .isEqualTo("{\"limit\":\"day\",\"meter\":\"requests\",\"amount\":100,"
                        + "\"algorithm\":\"FIXED_WINDOW\",\"window_unit\":\"DAY\",\"period_ms\":null,"
                        + "\"scope\":\"ACCOUNT\",\"mode\":\"ENFORCE\",\"grace_ms\":60000}");
        assertThat(reply.json().at("/items/2/limits/1").toString())
                .isEqualTo("{\"limit\":\"all\",\"meter\":\"requests\",\"amount\":null,"
                        + "\"algorithm\":\"LEAKY_BUCKET\",\"window_unit\":null,\"period_ms\":1000,"
                        + "\"scope\":\"PROJECT\",\"mode\":\"ADVISORY\",\"grace_ms\":0}");
        assertThat(reply.json().at("/items/2/limits")).hasSize(2);
        assertThat(Items.of(api.get("/v1/plans?filter[plan]=mem"), "plan")).containsExactly("mem");
        assertThat(api.get(TestingApi.BOUND, "/v1/plans").status()).isEqualTo(403);
        assertThat(api.get("/v1/plans?account=a").status()).isEqualTo(400);
    }

    @Test
    void givenDeadLetters_whenAsked_thenWhatTheyHeldIsTextOrBase64() {
        Reply reply = api.get("/v1/dead-letters?period=2026-11");

        assertThat(Items.of(reply, "reason", "account", "key_bytes", "key_text", "value_bytes"))
                .containsExactly(
                        "MALFORMED b 0 null 20000",
                        "FUTURE_EVENT b null null null",
                        "FUTURE_EVENT a 1 a 7",
                        "MALFORMED null 1 a 3");
        assertThat(Items.of(reply, "value_text", "value_base64")).endsWith("null null", "{\"x\":1} null", "null AP8Q");
        assertThat(reply.json().at("/items/0/value_base64").asText()).hasSize((4_096 + 2) / 3 * 4);
        assertThat(Items.of(api.get(TestingApi.BOUND, "/v1/dead-letters?period=2026-11"), "account"))
                .containsExactly("a");
        assertThat(Items.of(api.get("/v1/dead-letters?period=2026-11&filter[reason]=MALFORMED"), "account"))
                .containsExactly("b", "null");
        assertThat(api.get("/v1/dead-letters").status()).isEqualTo(400);
    }

    @Test
    void givenTables_whenAskedHowFreshTheyAre_thenEachPartitionIsThere() {
        Reply reply = api.get("/v1/freshness?time_zone=Asia/Kolkata");

        assertThat(Items.of(reply, "table", "topic_id", "partition", "newest_recorded_at", "max_offset", "row_count"))
                .contains(
                        "dead_letter D 0 2026-11-04T05:30:01+05:30 3 4",
                        "request_journal J 0 2026-12-01T05:29:59.5+05:30 3 4")
                .hasSize(3);
        assertThat(reply.json().at("/items/0/age_ms").isIntegralNumber()).isTrue();
        assertThat(Items.of(api.get("/v1/freshness?filter[table]=request_journal"), "table"))
                .containsExactly("request_journal");
        assertThat(api.get("/v1/freshness?filter[table]=request_journl").body())
                .contains("did you mean request_journal?");
        assertThat(api.get(TestingApi.BOUND, "/v1/freshness").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/events?period=2026-11&account=",
                "/v1/events?period=2026-11&filter[event]=",
                "/v1/events?period=2026-11&filter[attribute.region]=",
                "/v1/events?period=2026-11&filter[correction][prefix]=",
                "/v1/dead-letters?period=2026-11&filter[reason]=",
                "/v1/dead-letters?period=2026-11&filter[topic][eq]=",
                "/v1/plans?filter[plan]="
            })
    void givenAHostileValue_whenAsked_thenItIsAValueAndNothingElse(String path) {
        assertThat(Items.of(api.get(path + TestingApi.encoded(EVIL)), "recorded_at"))
                .isEmpty();
        assertThat(Items.of(api.get("/v1/dead-letters?period=2026-11"), "reason"))
                .hasSize(4);
    }

    @Test
    void givenALabelWithAHostileName_whenAsked_thenItIsAValue() {
        String name = TestingApi.encoded("x' OR 1=1 --");

        assertThat(Items.of(api.get("/v1/events?period=2026-11&filter%5Battribute." + name + "%5D=v"), "event_id"))
                .isEmpty();
        assertThat(api.get("/v1/events?period=2026-11&filter%5Bverdict)%20OR%20(1%5D=1")
                        .status())
                .isEqualTo(400);
    }
}
