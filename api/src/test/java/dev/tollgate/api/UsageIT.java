package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /v1/usage} over a small journal whose figures can be told by hand. */
final class UsageIT {
    private static final String EVIL = "'; DROP TABLE request_journal; -- \\' \" \t\n}{x:String}";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingApi api;

    @BeforeAll
    static void start() throws SQLException {
        api = new TestingApi("api_usage");
        api.execute(JOURNAL);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static final String COLUMNS = "INSERT INTO request_journal (account_id, event_id, verdict, project_id,"
            + " api_key_id, endpoint, outcome, producer, attributes, plan_id, plan_version, occurred_at, appended_at,"
            + " recorded_at, costs, source_topic, source_partition, source_offset, record_topic_id, record_partition,"
            + " record_offset) VALUES ";

    /** One row: account, event, verdict, project, key, endpoint, region, time, requests, complexity. */
    private static String row(
            int offset,
            String account,
            String verdict,
            String project,
            String key,
            String endpoint,
            String region,
            String time,
            long requests,
            long complexity) {
        return "('" + account + "', 'e" + offset + "', '" + verdict + "', '" + project + "', '" + key + "', '"
                + endpoint
                + "', 'SUCCESS', 'svc', {'region': '" + region + "'}, 'mem', 1, '" + time + "', '" + time
                + "', '2026-11-30 23:59:59.500', {'requests': " + requests + ", 'complexity': " + complexity
                + "}, 'ev', 0, " + offset + ", 'J', 0, " + offset + ")";
    }

    private static final String JOURNAL = COLUMNS
            + String.join(
                    ", ",
                    // Around midnight of Kathmandu (18:15 UTC).
                    row(0, "a", "COUNTED", "p1", "k1", "/get", "eu", "2026-11-02 18:14:59.999", 1, 10),
                    row(1, "a", "COUNTED", "p1", "k1", "/get", "eu", "2026-11-02 18:15:00.000", 1, 20),
                    row(2, "a", "COUNTED", "p2", "k2", "/v2/mem-it", "us", "2026-11-02 20:00:00.000", 1, 40),
                    row(3, "a", "COUNTED", "p3", "k1", "/v2/add", "us", "2026-11-03 09:00:00.000", 1, 5),
                    row(4, "a", "VOIDED", "p3", "k1", "/v2/add", "us", "2026-11-03 09:00:00.000", -1, -5),
                    row(5, "a", "LATE", "p1", "k1", "/get", "eu", "2026-11-03 10:00:00.000", 1, 7),
                    row(6, "a", "NOT_CONSUMING", "p1", "k1", "/get", "eu", "2026-11-03 11:00:00.000", 0, 0),
                    row(7, "b", "COUNTED", "p1", "k9", "/get", "eu", "2026-11-02 12:00:00.000", 1, 100),
                    row(8, "team-7", "COUNTED", "", "", "=cmd()", "eu", "2026-11-02 12:00:00.000", 1, 3),
                    // The night in which Berlin's clocks go back, an hour twice, and the one in which they go forward.
                    row(9, "dst", "COUNTED", "", "", "/get", "", "2026-10-24 21:59:59.999", 1, 1),
                    row(10, "dst", "COUNTED", "", "", "/get", "", "2026-10-25 00:30:00.000", 1, 2),
                    row(11, "dst", "COUNTED", "", "", "/get", "", "2026-10-25 01:30:00.000", 1, 4),
                    row(12, "dst", "COUNTED", "", "", "/get", "", "2026-10-25 22:59:59.999", 1, 8),
                    row(13, "dst", "COUNTED", "", "", "/get", "", "2026-10-25 23:00:00.000", 1, 16),
                    row(14, "dst", "COUNTED", "", "", "/get", "", "2026-03-28 23:00:00.000", 1, 32),
                    row(15, "dst", "COUNTED", "", "", "/get", "", "2026-03-29 21:59:59.999", 1, 64),
                    row(16, "dst", "COUNTED", "", "", "/get", "", "2026-03-29 22:00:00.000", 1, 128));

    @Test
    void givenADayOfKathmandu_whenAsked_thenItIsCutAtItsOwnMidnight() {
        Reply reply = api.get("/v1/usage?account=a&from=2026-11-02T00:00:00%2B05:45&to=2026-11-05T00:00:00+05:45"
                + "&time_zone=Asia/Kathmandu&window=P1D&filter[meter]=complexity&include=late,events");

        assertThat(rows(reply, "from", "to", "used", "late", "events"))
                .containsExactly(
                        "2026-11-02T00:00:00+05:45 2026-11-03T00:00:00+05:45 10 0 1",
                        "2026-11-03T00:00:00+05:45 2026-11-04T00:00:00+05:45 60 7 2");
        assertThat(reply.json().at("/total/complexity").asLong()).isEqualTo(70);
        assertThat(reply.json().path("time_zone").asText()).isEqualTo("Asia/Kathmandu");
        assertThat(reply.json().path("as_of").asText()).isEqualTo("2026-12-01T05:44:59.5+05:45");
        assertThat(reply.json().path("stream_time").asText()).isEqualTo("2026-11-03T16:45:00+05:45");
        assertThat(reply.json().path("lag_ms").isIntegralNumber()).isTrue();
    }

    @Test
    void givenTheDaysOnWhichClocksChange_whenAsked_thenTheyHave25And23Hours() {
        assertThat(rows(
                        api.get("/v1/usage?account=dst&from=2026-10-24T00:00:00%2B02:00&to=2026-10-27T00:00:00%2B01:00"
                                + "&time_zone=Europe/Berlin&window=P1D&filter[meter]=complexity"),
                        "from",
                        "to",
                        "used"))
                .containsExactly(
                        "2026-10-24T00:00:00+02:00 2026-10-25T00:00:00+02:00 1",
                        "2026-10-25T00:00:00+02:00 2026-10-26T00:00:00+01:00 14",
                        "2026-10-26T00:00:00+01:00 2026-10-27T00:00:00+01:00 16");
        assertThat(rows(
                        api.get("/v1/usage?account=dst&period=2026-03-29&time_zone=Europe/Berlin"
                                + "&filter[meter]=complexity"),
                        "from",
                        "to",
                        "used"))
                .containsExactly("2026-03-29T00:00:00+01:00 2026-03-30T00:00:00+02:00 96");
        // The hour that comes twice is two windows.
        assertThat(rows(
                        api.get("/v1/usage?account=dst&period=2026-10-25&time_zone=Europe/Berlin&window=PT1H"
                                + "&filter[meter]=complexity"),
                        "from",
                        "used"))
                .containsExactly(
                        "2026-10-25T02:00:00+02:00 2", "2026-10-25T02:00:00+01:00 4", "2026-10-25T23:00:00+01:00 8");
    }

    @Test
    void givenMonthsAndWeeks_whenAsked_thenTheyBeginWhereTheZonesDo() {
        assertThat(rows(
                        api.get("/v1/usage?account=dst&period=2026&time_zone=Europe/Berlin&window=P1M"
                                + "&filter[meter]=complexity"),
                        "from",
                        "used"))
                .containsExactly("2026-03-01T00:00:00+01:00 224", "2026-10-01T00:00:00+02:00 31");
        assertThat(rows(
                        api.get("/v1/usage?account=dst&period=2026-10&time_zone=Europe/Berlin&window=P1W"
                                + "&filter[meter]=complexity"),
                        "from",
                        "to",
                        "used"))
                .containsExactly(
                        "2026-10-19T00:00:00+02:00 2026-10-26T00:00:00+01:00 15",
                        "2026-10-26T00:00:00+01:00 2026-11-01T00:00:00+01:00 16");
    }

    /** The same question by way of the rollups and by way of the journal. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "period=2026&window=P1D&group_by=account",
                "period=2026-11&window=P1W",
                "period=2026-11&group_by=account&account=a,b",
                "period=2026-11&include=late",
                "period=2026&window=P1M&group_by=account&filter[account][prefix]=team-",
                "period=2026&filter[account][neq]=a&group_by=account&top=1"
            })
    void givenDaysOfUtc_whenAsked_thenRollupsAndJournalSayTheSame(String query) {
        Reply fromRollups = api.get("/v1/usage?" + query);
        // A group that is the same for all rows keeps the query off the rollups.
        Reply fromJournal = api.get("/v1/usage?" + query + "&filter[outcome]=SUCCESS");

        assertThat(fromRollups.json().path("rows"))
                .isNotEmpty()
                .isEqualTo(fromJournal.json().path("rows"));
        assertThat(fromRollups.json().path("total"))
                .isEqualTo(fromJournal.json().path("total"));
    }

    @Test
    void givenGroups_whenAskedForTheTop_thenTheOthersAreOneRowAndAllAddsUp() {
        String query = "/v1/usage?period=2026-11&filter[meter]=complexity&group_by=account,project&include=events";

        Reply all = api.get(query);
        Reply top = api.get(query + "&top=2");

        assertThat(rows(all, "account", "project", "used", "events"))
                .containsExactly("a p1 30 2", "a p2 40 1", "b p1 100 1", "team-7  3 1");
        assertThat(rows(top, "account", "project", "other", "used", "events"))
                .containsExactly("a p2 false 40 1", "b p1 false 100 1", "null null true 33 3");
        assertThat(top.json().path("total")).isEqualTo(all.json().path("total"));
        assertThat(top.json().at("/total/complexity").asLong()).isEqualTo(173);
    }

    @Test
    void givenWindowsAndATop_whenAsked_thenEachWindowAddsUp() {
        String query = "/v1/usage?period=2026-11&window=P1D&group_by=endpoint&fill=zero&filter[meter]=complexity";

        List<Long> sums = new ArrayList<>();
        JsonNode rows = api.get(query + "&top=1").json().path("rows");
        for (int day = 0; day < 30; day++) {
            sums.add(rows.path(day).path("used").asLong()
                    + rows.path(30 + day).path("used").asLong());
        }

        assertThat(rows).hasSize(60);
        assertThat(rows.path(0).path("endpoint").asText()).isEqualTo("/get");
        assertThat(rows.path(30).path("other").asBoolean()).isTrue();
        assertThat(sums.get(1)).isEqualTo(173);
        assertThat(sums.stream().mapToLong(Long::longValue).sum()).isEqualTo(173);
    }

    @ParameterizedTest
    @CsvSource({
        "filter[project]=p1, 30",
        "'filter[project]=p1,p2', 70",
        "filter[project]=p1&filter[project]=p2, 70",
        "filter[project][neq]=p1, 40",
        "filter[endpoint][prefix]=/v2/, 40",
        "filter[api_key]=k2, 40",
        "filter[attribute.region]=eu, 30",
        "filter[attribute.region][neq]=eu, 40",
        "filter[attribute.nothing]=, 70",
        "filter[plan]=mem&filter[producer]=svc, 70",
        "filter[outcome]=SUCCESS&filter[project]=p2, 40"
    })
    void givenAFilter_whenAsked_thenTheRestIsLeftOut(String filter, long used) {
        Reply reply = api.get("/v1/usage?account=a&period=2026-11&filter[meter]=complexity&" + filter);

        assertThat(reply.json().at("/total/complexity").asLong()).isEqualTo(used);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"account", "filter[project]", "filter[endpoint][prefix]", "filter[api_key][neq]", "filter[meter]"
            })
    void givenAHostileValue_whenAsked_thenItIsAValueAndNothingElse(String parameter) {
        Reply reply = api.get("/v1/usage?period=2026-11&"
                + parameter.replace("[", "%5B").replace("]", "%5D") + "=" + TestingApi.encoded(EVIL));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("rows").size()).isEqualTo(parameter.contains("neq") ? 2 : 0);
    }

    @Test
    void givenHostileNames_whenAsked_thenTheyAreProblemsOrValues() throws SQLException {
        String label = "x'] OR 1=1 --";
        api.execute(COLUMNS
                + "('odd', 'x', 'COUNTED', '" + EVIL.replace("\\", "\\\\").replace("'", "\\'")
                + "', '', '', 'SUCCESS', '', {'x\\'] OR 1=1 --': 'v'}, 'mem', 1, '2026-05-05 00:00:00',"
                + " '2026-05-05 00:00:00', '2026-05-05 00:00:00', {'requests': 1}, 'ev', 0, 99, 'J', 7, 99)");

        assertThat(api.get("/v1/usage?account=odd&period=2026-05&filter[project][eq]=" + TestingApi.encoded(EVIL))
                        .json()
                        .at("/total/requests")
                        .asLong())
                .isEqualTo(1);
        assertThat(rows(
                        api.get("/v1/usage?account=odd&period=2026-05&group_by="
                                + TestingApi.encoded("attribute." + label)),
                        "attribute." + label,
                        "used"))
                .containsExactly("v 1");
        assertThat(api.get("/v1/usage?period=2026-05&group_by=" + TestingApi.encoded("account_id, version()"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void givenNothingUsed_whenZerosAreAskedFor_thenEachWindowOfTheNamedMeterHasARow() {
        Reply reply =
                api.get("/v1/usage?account=nobody&period=2026-11-01&window=PT1H&fill=zero&filter[meter]=requests");

        assertThat(reply.json().path("rows")).hasSize(24);
        assertThat(reply.json().path("total").isEmpty()).isTrue();
        assertThat(rows(reply, "from", "meter", "used")).startsWith("2026-11-01T00:00:00Z requests 0");
    }

    @Test
    void givenCsv_whenAsked_thenItIsWholeAndFormulasAreTexts() {
        String query = "/v1/usage?period=2026-11&group_by=endpoint&include=late&filter[meter]=complexity";
        Reply byHeader = api.get(TestingApi.READER, query, "Accept", "text/csv");
        Reply byParameter = api.get(query + "&format=csv");

        assertThat(byHeader.body()).isEqualTo(byParameter.body());
        assertThat(byHeader.lines())
                .containsExactly(
                        "from,to,meter,endpoint,used,late",
                        "2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,complexity,/get,130,7",
                        "2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,complexity,/v2/mem-it,40,0",
                        "2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,complexity,'=cmd(),3,0");
        assertThat(byHeader.header("Content-Disposition")).isEqualTo("attachment; filename=\"usage-2026-11-01.csv\"");
        assertThat(byHeader.header("Content-Type")).startsWith("text/csv");
    }

    @Test
    void givenNdjson_whenAsked_thenEachLineIsARow() {
        Reply reply = api.get("/v1/usage?account=a&period=2026-11&format=ndjson");

        assertThat(reply.lines())
                .containsExactly(
                        "{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\",\"meter\":\"complexity\","
                                + "\"used\":70}",
                        "{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\",\"meter\":\"requests\","
                                + "\"used\":3}");
    }

    @Test
    void givenTheMostUsedFirst_whenAsked_thenTheyAre() {
        Reply reply = api.get("/v1/usage?period=2026-11&group_by=account&filter[meter]=complexity&order_by=-used");

        assertThat(rows(reply, "account", "used")).containsExactly("b 100", "a 70", "team-7 3");
    }

    @Test
    void givenAnEntityTag_whenAskedAgain_thenItIs304UntilARowComes() throws SQLException {
        String query = "/v1/usage?account=tagged&period=2026-02";
        String tag = api.get(query).header("ETag");

        assertThat(tag).startsWith("W/\"");
        assertThat(api.get(TestingApi.READER, query, "If-None-Match", tag).status())
                .isEqualTo(304);
        assertThat(api.get(TestingApi.READER, query + "&window=P1D", "If-None-Match", tag)
                        .status())
                .isEqualTo(200);
        assertThat(api.get(TestingApi.READER, query, "If-None-Match", "\"broken, " + tag.substring(0, 9))
                        .status())
                .isEqualTo(200);
        assertThat(api.get(TestingApi.OPERATOR, query, "If-None-Match", "\"x\", " + tag)
                        .status())
                .isEqualTo(304);

        api.execute(COLUMNS + row(100, "tagged", "COUNTED", "", "", "/get", "", "2026-02-20 00:00:00.000", 1, 1));

        Reply now = api.get(TestingApi.READER, query, "If-None-Match", tag);
        assertThat(now.status()).isEqualTo(200);
        assertThat(now.json().at("/total/requests").asLong()).isEqualTo(1);
        assertThat(now.header("Tollgate-As-Of")).isEqualTo("2026-11-30T23:59:59.5Z");
        assertThat(now.header("Cache-Control")).isEqualTo("private, no-cache");
    }

    @Test
    void givenMoreRowsThanJsonHas_whenAsked_thenItSaysWhatToDoAndCsvHasAll() {
        String query = "/v1/usage?account=a&from=2026-11-01T00:00:00Z&to=2026-11-09T00:00:00Z&window=PT1M&fill=zero"
                + "&filter[meter]=requests";

        Reply json = api.get(query);

        assertThat(json.status()).isEqualTo(400);
        assertThat(json.body()).contains("too-many-rows", "text/csv");
        assertThat(api.get(query + "&format=csv").lines()).hasSize(8 * 24 * 60 + 1);
    }

    @Test
    void givenManyMistakes_whenAsked_thenAllAreInTheAnswer() {
        Reply reply = api.get("/v1/usage?perod=2026&window=P2D&group_by=meter,endpont&top=0&fill=one&format=xml");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("type").asText()).isEqualTo("urn:tollgate:problem:invalid-parameters");
        assertThat(reply.json().path("problems").findValuesAsText("parameter"))
                .containsExactlyInAnyOrder("perod", "from", "window", "group_by", "group_by", "top", "fill", "format");
        assertThat(reply.body()).contains("did you mean endpoint?", "did you mean period?");
    }

    /** Some fields of each row, as text. */
    private static List<String> rows(Reply reply, String... fields) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        List<String> rows = new ArrayList<>();
        for (JsonNode row : reply.json().path("rows")) {
            rows.add(List.of(fields).stream()
                    .map(field -> row.path(field).asText())
                    .collect(Collectors.joining(" ")));
        }
        return rows;
    }
}
