package dev.tollgate.gateway.internal.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {
    private static final String NGINX =
            "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent"
                    + " \"$http_referer\" \"$http_user_agent\" $upstream_response_time \"$http_x_account\"";
    private static final String TIME = "[26/Nov/2026:10:00:00 +0000]";

    @Test
    void givenCombinedLogLine_whenParsed_thenEveryFieldIsThere() {
        LogRecord record = combined(
                "203.0.113.7 - acme [31/Jan/2026:13:00:00 +0100] \"GET /v2/m/7?limit=9&key=k%2Fl&key=x HTTP/1.1\" 429"
                        + " - \"-\" \"a \\\"quoted\\\" agent\" 0.042 \"eu\"");

        assertThat(record.get("remote_addr")).isEqualTo("203.0.113.7");
        assertThat(record.get("remote_user")).isEqualTo("acme");
        assertThat(record.get("time")).isEqualTo("2026-01-31T12:00:00Z");
        assertThat(record.get("method")).isEqualTo("GET");
        assertThat(record.get("path")).isEqualTo("/v2/m/7");
        assertThat(record.get("query")).isEqualTo("limit=9&key=k%2Fl&key=x");
        assertThat(record.get("query.key")).isEqualTo("k/l");
        assertThat(record.get("protocol")).isEqualTo("HTTP/1.1");
        assertThat(record.get("status")).isEqualTo("429");
        assertThat(record.get("outcome")).isEqualTo("LIMITED");
        assertThat(record.get("user_agent")).isEqualTo("a \"quoted\" agent");
        assertThat(record.get("extra_1")).isEqualTo("0.042");
        assertThat(record.get("extra_2")).isEqualTo("eu");
        assertThat(record.get("bytes")).isNull();
        assertThat(record.get("referer")).isNull();
    }

    /** Names as Basic authentication allows them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            nullValues = "none",
            value = {
                "user1|user1",
                "jane.doe@example.com|jane.doe@example.com",
                "jane doe|jane doe",
                "|none",
                "\"\"|none",
                "-|none",
                "team\\x22x|team\"x",
                "a [b] c|a [b] c",
                "x [26/Nov/2026:10:00:00 +0000]|x [26/Nov/2026:10:00:00 +0000]",
                "caf\\xC3\\xA9|café",
                "caf\\xE9|café",
                "back\\\\slash|back\\slash"
            })
    void givenAUserName_whenParsed_thenItIsAllUpToTheTime(@Nullable String logged, @Nullable String name) {
        String line = "203.0.113.1 - " + (logged == null ? "" : logged) + " " + TIME + " \"GET /v2/a HTTP/1.1\" 200 1";

        assertThat(combined(line).get("remote_user")).isEqualTo(name);
        assertThat(parsed(
                                TextLayout.of(
                                        "$remote_addr - $remote_user [$time_local] \"$request\" $status $bytes_sent"),
                                line)
                        .get("remote_user"))
                .isEqualTo(name);
        assertThat(parsed(TextLayout.of("%h %l %u %t \\\"%r\\\" %>s %b"), line).get("remote_user"))
                .isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "\"192.0.2.1, 198.51.100.10, 127.0.0.81\"|192.0.2.1, 198.51.100.10, 127.0.0.81",
                "192.0.2.1, 198.51.100.10|192.0.2.1, 198.51.100.10",
                "2001:db8::1|2001:db8::1",
                "client.example.net|client.example.net"
            })
    void givenAddresses_whenParsed_thenAListIsOneField(String logged, String address) {
        LogRecord record = combined(logged + " - acme " + TIME + " \"GET /v2/a\" 200 1");

        assertThat(record.get("remote_addr")).isEqualTo(address);
        assertThat(record.get("remote_user")).isEqualTo("acme");
        assertThat(record.get("path")).isEqualTo("/v2/a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.042", "-", "0.010, 0.020", "0.010 : 0.020", "\"0.010, 0.020\"", "-, 0.020 : 0.030, -"})
    void givenSeveralUpstreamTimes_whenParsed_thenTheFieldsBehindThemDoNotMove(String times) {
        String line = "203.0.113.1 - - " + TIME + " \"GET /v2/a HTTP/1.1\" 200 1 \"-\" \"ua\" " + times + " \"acme\"";

        assertThat(combined(line).get("extra_2")).isEqualTo("acme");
        assertThat(parsed(TextLayout.of(NGINX), line).get("http_x_account")).isEqualTo("acme");
        String expected = times.replace("\"", "");
        assertThat(combined(line).get("extra_1")).isEqualTo(times.equals("-") ? null : expected);
    }

    @Test
    void givenARecordWithAnotherNumberOfAddedFields_whenOneOfThemIsBilled_thenItIsRejected() {
        String line = "203.0.113.1 - - " + TIME + " \"GET /v2/a HTTP/1.1\" 200 1 \"-\" \"ua\" ";
        CombinedLayout layout = new CombinedLayout(false, true);

        assertThat(parsed(layout, line + "0.1 \"acme\"").get("extra_2")).isEqualTo("acme");
        assertThatThrownBy(() -> layout.parse(line + "0.1 0.2 \"acme\""))
                .hasMessageStartingWith("the line must have 2 added field(s) as the first one has, has 3");
        assertThat(combined(line + "0.1 0.2 \"acme\"").get("extra_3")).isEqualTo("acme");
    }

    @Test
    void givenTheVirtualHostInFront_whenParsed_thenTheNamedFormatReadsItAndTheOtherSaysSo() {
        String line = "api.example.org:443 203.0.113.1 - acme " + TIME + " \"GET /v2/a HTTP/1.1\" 200 1 \"-\" \"-\"";

        LogRecord record = parsed(new CombinedLayout(true, false), line);

        assertThat(record.get("vhost")).isEqualTo("api.example.org:443");
        assertThat(record.get("remote_addr")).isEqualTo("203.0.113.1");
        assertThat(record.get("remote_user")).isEqualTo("acme");
        assertThatThrownBy(() -> combined(line))
                .hasMessageContaining("must be -, was '203.0.113.1'")
                .hasMessageContaining("--format vhost-combined");
    }

    @Test
    void givenLinesThatAreNoAccessLog_whenParsed_thenTheMessageSaysWhichFieldIsWrong() {
        assertThatThrownBy(() -> combined("203.0.113.7 -")).hasMessageContaining("must be the time in brackets");
        assertThatThrownBy(() -> combined("203.0.113.7 " + TIME + " \"GET / HTTP/1.1\" 200 1"))
                .hasMessage("the line ends before the identity");
        assertThatThrownBy(() -> combined("203.0.113.7 - " + TIME + " \"GET / HTTP/1.1\" 200 1"))
                .hasMessage("the line ends before the user");
        assertThatThrownBy(() -> combined("a - b 31/Jan/2026 \"GET / HTTP/1.1\" 200 1"))
                .hasMessageContaining("must be the time in brackets, like [31/Jan/2026:12:00:00 +0000]");
        assertThatThrownBy(() -> combined("a - b [yesterday] \"GET / HTTP/1.1\" 200 1"))
                .hasMessageContaining("was '[yesterday]");
        assertThatThrownBy(() -> combined("a - b " + TIME + " \"GET / HTTP/1.1 200 1"))
                .hasMessageContaining("the request must end with \"");
        assertThat(combined("a - b [31/Jun/2026:13:00:00 +0100] \"GET / HTTP/1.1\" 200 1")
                        .fault("time"))
                .isEqualTo("the time must be like 31/Jan/2026:12:00:00 +0000, was '31/Jun/2026:13:00:00 +0100'");
        for (String request : new String[] {"\\x16\\x03\\x01", "-", "", "GET", "] &x", "GET / HTTP/1.1 more"}) {
            assertThat(combined("a - b " + TIME + " \"" + request + "\" 400 1").fault("path"))
                    .as(request)
                    .startsWith("the request must be METHOD TARGET PROTOCOL");
        }
        assertThat(combined("a - b " + TIME + " \"GET / HTTP/1.1\" 999 1").fault("outcome"))
                .isEqualTo("the status must be 100 to 599, was '999'");
    }

    @Test
    void givenStatus_whenParsed_thenTheOutcomeFollows() {
        Map<Integer, String> outcomes = Map.of(
                200,
                "SUCCESS",
                304,
                "SUCCESS",
                401,
                "AUTH_FAILED",
                403,
                "AUTH_FAILED",
                404,
                "INVALID",
                429,
                "LIMITED",
                499,
                "INVALID",
                502,
                "SERVER_ERROR");

        outcomes.forEach(
                (status, outcome) -> assertThat(combined("a - b " + TIME + " \"GET / HTTP/1.1\" " + status + " 1")
                                .get("outcome"))
                        .isEqualTo(outcome));
    }

    @ParameterizedTest
    @CsvSource({
        "POST /v2/mem-it HTTP/1.1, /v2/mem-it",
        "POST https://api.example.org/v2/mem-it HTTP/1.1, /v2/mem-it",
        "POST https://api.example.org:443/v2/mem-it?x=1 HTTP/1.1, /v2/mem-it",
        "OPTIONS * HTTP/1.1, *",
        "GET /?q=/v2/mem-it HTTP/1.1, /"
    })
    void givenARequestTargetInSomeForm_whenParsed_thenThePathIsThere(String request, String path) {
        assertThat(combined("a - b " + TIME + " \"" + request + "\" 200 1").get("path"))
                .isEqualTo(path);
    }

    @Test
    void givenALineOfAConfiguration_whenReadAsALayout_thenItIsOne() {
        String line = "203.0.113.1 - acme " + TIME + " \"GET /v2/a?x=1 HTTP/1.1\" 200 1 \"-\" \"curl/8\" 0.1 \"k\"";

        for (String text : new String[] {
            NGINX,
            "log_format main '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent '\n"
                    + "    '\"$http_referer\" \"$http_user_agent\" $upstream_response_time \"${http_x_account}\"';",
            "LogFormat \"%h %l %u %t \\\"%r\\\" %>s %b \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\" %T"
                    + " \\\"%{X-Account}i\\\"\" full",
            "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %T \"%{X-Account}i\""
        }) {
            LogRecord record = parsed(TextLayout.of(text), line);

            assertThat(record.get("remote_user")).as(text).isEqualTo("acme");
            assertThat(record.get("time")).isEqualTo("2026-11-26T10:00:00Z");
            assertThat(record.get("path")).isEqualTo("/v2/a");
            assertThat(record.get("outcome")).isEqualTo("SUCCESS");
            assertThat(record.get("user_agent")).isEqualTo("curl/8");
            assertThat(record.get("http_x_account")).isEqualTo("k");
        }
    }

    @Test
    void givenOtherVariables_whenParsed_thenTheyHaveTheirCommonNames() {
        LogRecord nginx = parsed(
                TextLayout.of("$msec $request_method $uri$is_args$args $server_protocol $status $request_time $host"),
                "1795687200.534 POST /v2/a?k=%C3%A9 HTTP/2.0 204 0.004 api.example.org");
        LogRecord apache = parsed(
                TextLayout.of("%{usec}t %m %U%q %H %>s %D %v".replace("%U%q", "%U %q")),
                "1795687200534903 POST /v2/a ?k=1 HTTP/1.1 204 177 api.example.org");

        assertThat(nginx.get("time")).isEqualTo("2026-11-26T10:00:00.534Z");
        assertThat(nginx.get("method")).isEqualTo("POST");
        assertThat(nginx.get("path")).isEqualTo("/v2/a");
        assertThat(nginx.get("query.k")).isEqualTo("é");
        assertThat(nginx.get("request_time")).isEqualTo("0.004");
        assertThat(nginx.get("host")).isEqualTo("api.example.org");
        assertThat(apache.get("time")).isEqualTo("2026-11-26T10:00:00.534Z");
        assertThat(apache.get("query.k")).isEqualTo("1");
        assertThat(apache.get("request_time_us")).isEqualTo("177");
        assertThat(apache.get("server_name")).isEqualTo("api.example.org");
    }

    @Test
    void givenALineOfAnotherLayout_whenParsed_thenTheMessageNamesTheFieldAndWhatWasExpected() {
        TextLayout layout = TextLayout.of("$remote_addr - $remote_user [$time_local] \"$request\" $status");

        assertThatThrownBy(() -> layout.parse("203.0.113.1 acme"))
                .hasMessage("behind the field remote_addr there must be ' - ', was '203.0.113.1 acme'");
        assertThatThrownBy(() -> layout.parse("203.0.113.1 - acme " + TIME + " \"GET / HTTP/1.1"))
                .hasMessageStartingWith("behind the field request there must be '\" '");
        assertThatThrownBy(() -> parsed(
                        TextLayout.of("[$time_local] $status \"$host\""),
                        "[26/Nov/2026:10:00:00 +0000] 200 \"h\" more"))
                .hasMessageContaining("must end with '\"' as the layout does");
        assertThat(parsed(layout, "a - b [26/Nov/2026] \"GET / HTTP/1.1\" 200").fault("time"))
                .startsWith("the time must be like");
    }

    @Test
    void givenAnIisFile_whenParsed_thenItsDirectivesNameTheColumns() {
        W3cLayout layout = new W3cLayout();

        assertThatThrownBy(() -> layout.parse("2022-11-07 14:29:06")).hasMessageContaining("#Fields:");
        assertThat(layout.parse("#Version: 1.0")).isNull();
        assertThat(layout.parse(
                        "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username sc-status time-taken"))
                .isNull();
        LogRecord record = parsed(layout, "2022-11-07 14:29:06 GET /us a=1 CORP\\jane 404 130");

        assertThat(record.get("time")).isEqualTo("2022-11-07T14:29:06Z");
        assertThat(record.get("remote_user")).isEqualTo("CORP\\jane");
        assertThat(record.get("path")).isEqualTo("/us");
        assertThat(record.get("query.a")).isEqualTo("1");
        assertThat(record.get("outcome")).isEqualTo("INVALID");
        assertThat(record.get("time-taken")).isEqualTo("130");
        assertThatThrownBy(() -> layout.parse("2022-11-07 14:29:06 GET"))
                .hasMessage("the line must have 8 fields as #Fields says, has 3");
        assertThat(parsed(layout, "2022-02-30 14:29:06 GET /us - - 200 1").fault("time"))
                .contains("2022-02-30");
    }

    @Test
    void givenAJsonObject_whenAskedForAWay_thenItsValueIsFound() throws JsonProcessingException {
        JsonRecord record = new JsonRecord(
                new ObjectMapper()
                        .readTree(
                                "{\"a\":{\"b.c\":1.50,\"h\":{\"X\":[\"v\"],\"Y\":[1,2]}},\"a.b\":\"exact\",\"n\":null,"
                                        + "\"d\":\"-\",\"t\":true}"),
                true);

        assertThat(record.get("a.b")).isEqualTo("exact");
        assertThat(record.get("a.b.c")).isEqualTo("1.5");
        assertThat(record.get("a.h.X")).isEqualTo("v");
        assertThat(record.get("a.h.X.0")).isEqualTo("v");
        assertThat(record.get("a.h.Y.1")).isEqualTo("2");
        assertThat(record.get("t")).isEqualTo("true");
        for (String missing : new String[] {"n", "d", "x", "a.x", "a.h.Y.7", "a", "a.h.Y"}) {
            assertThat(record.get(missing)).as(missing).isNull();
        }
        assertThat(record.fault("a.h.Y")).isEqualTo("'a.h.Y' must be one value, was an array");
        assertThat(record.fault("x")).isNull();
    }

    private static LogRecord combined(String line) {
        return parsed(new CombinedLayout(false, false), line);
    }

    private static LogRecord parsed(RecordLayout layout, String line) {
        return Objects.requireNonNull(layout.parse(line));
    }
}
