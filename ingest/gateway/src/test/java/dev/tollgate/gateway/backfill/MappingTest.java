package dev.tollgate.gateway.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.config.InvalidSettingsException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MappingTest {

    @Test
    void givenCombinedLogLine_whenParsed_thenEveryFieldIsThere() {
        Map<String, String> fields = AccessLogLine.parse(
                "203.0.113.7 - acme [31/Jan/2026:13:00:00 +0100] \"GET /v2/m/7?limit=9&key=k HTTP/1.1\" 429 - \"-\""
                        + " \"a \\\"quoted\\\" agent\" 0.042 \"eu\"");

        assertThat(fields)
                .containsEntry("remote_addr", "203.0.113.7")
                .containsEntry("remote_user", "acme")
                .containsEntry("time", "2026-01-31T12:00:00Z")
                .containsEntry("method", "GET")
                .containsEntry("path", "/v2/m/7")
                .containsEntry("query", "limit=9&key=k")
                .containsEntry("query.key", "k")
                .containsEntry("protocol", "HTTP/1.1")
                .containsEntry("status", "429")
                .containsEntry("outcome", "LIMITED")
                .containsEntry("user_agent", "a \"quoted\" agent")
                .containsEntry("extra_1", "0.042")
                .containsEntry("extra_2", "eu")
                .doesNotContainKeys("ident", "bytes", "referer");
    }

    @Test
    void givenLinesThatAreNoAccessLog_whenParsed_thenTheMessageSaysWhere() {
        assertThatThrownBy(() -> AccessLogLine.parse("203.0.113.7 -")).hasMessage("the line ends before the user");
        assertThatThrownBy(() -> AccessLogLine.parse("a - b 31/Jan/2026 \"GET / HTTP/1.1\" 200 1"))
                .hasMessage("the time must begin with [");
        assertThatThrownBy(() -> AccessLogLine.parse("a - b [yesterday] \"GET / HTTP/1.1\" 200 1"))
                .hasMessageStartingWith("the time must be like");
        assertThatThrownBy(() -> AccessLogLine.parse("a - b [31/Jan/2026:13:00:00 +0100] \"\\x16\\x03\" 400 1"))
                .hasMessageStartingWith("the request must be METHOD TARGET PROTOCOL");
        assertThatThrownBy(() -> AccessLogLine.parse("a - b [31/Jan/2026:13:00:00 +0100] \"GET / HTTP/1.1\" 999 1"))
                .hasMessageStartingWith("the status must be");
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
                502,
                "SERVER_ERROR");

        outcomes.forEach((status, outcome) -> assertThat(
                        AccessLogLine.parse("a - b [31/Jan/2026:13:00:00 +0100] \"GET / HTTP/1.1\" " + status + " 1"))
                .containsEntry("outcome", outcome));
    }

    @Test
    void givenCsvRecords_whenParsed_thenQuotesHideSeparatorsAndLineEnds() {
        assertThat(CsvRecord.parse("a,\"b,\"\"c\"\"\nd\",,", ',')).containsExactly("a", "b,\"c\"\nd", "", "");
        assertThat(CsvRecord.parse("", ';')).containsExactly("");
        assertThatThrownBy(() -> CsvRecord.parse("a\"b", ',')).hasMessageContaining("quote in its midst");
        assertThatThrownBy(() -> CsvRecord.parse("\"ab", ',')).hasMessageContaining("does not end");
        assertThatThrownBy(() -> CsvRecord.parse("\"ab\"c", ',')).hasMessageContaining("must be the separator");
    }

    @Test
    void givenFullMapping_whenApplied_thenFieldsEndpointsTimesAndUnitsAreConverted() {
        Mapping mapping = Mapping.parse("""
            format: csv
            separator: ";"
            time-format: "dd.MM.yyyy HH:mm"
            time-zone: Europe/Berlin
            duration-unit: s
            fields:
              account_id: "acc-{customer}"
              endpoint: "{verb} {url}"
              occurred_at: "{when}"
              duration_ms: "{took}"
              units: "{n}"
              attributes.zone: "{zone}"
            skip: ["GET /health.*"]
            endpoints:
              - match: "(\\\\w+) /m/[^/]+"
                replace: "$1 /m/{id}"
            """);

        var event = mapping.event(Map.of(
                "customer",
                "7",
                "verb",
                "GET",
                "url",
                "/m/9",
                "when",
                "31.01.2026 13:00",
                "took",
                "0.0425",
                "n",
                "3",
                "zone",
                ""));

        assertThat(event.toString())
                .isEqualTo("{\"account_id\":\"acc-7\",\"endpoint\":\"GET /m/9\","
                        + "\"occurred_at\":\"2026-01-31T12:00:00Z\",\"duration_ms\":43,\"units\":3}");
        assertThat(mapping.separator()).isEqualTo(';');
        assertThat(mapping.endpoint("GET /m/9")).isEqualTo("GET /m/{id}");
        assertThat(mapping.endpoint("GET /other")).isEqualTo("GET /other");
        assertThat(mapping.endpoint("GET /healthz")).isNull();
    }

    @Test
    void givenMappingWithMistakes_whenRead_thenAllAreReportedAtOnce() {
        assertThatThrownBy(() -> Mapping.parse("""
            format: xml
            colour: red
            separator: "||"
            time-zone: Mars/Olympus
            duration-unit: h
            fields: {endpoint: "{x}", nothing: "{y}"}
            skip: ["("]
            endpoints: [{match: "a(b)", replace: "$2"}, {match: "a"}]
            """))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems()).hasSize(9).anyMatch(p -> p.startsWith("format must be")));
        assertThatThrownBy(() -> Mapping.parse("format: csv\nfields: {account_id: a, endpoint: b}"))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems()).isEqualTo(List.of("fields.occurred_at is missing")));
        assertThatThrownBy(() -> Mapping.parse("fields: {account_id: a}"))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .isEqualTo(List.of("format is missing: json-lines, csv or access-log")));
    }

    @Test
    void givenAnAccessLogFieldThatThereIsNot_whenRead_thenItIsRejectedAndNotTakenForEmpty() {
        assertThatThrownBy(() -> Mapping.parse("""
            format: access-log
            fields: {units: "{chunks}", account_id: "{query.account}", duration_ms: "{extra_1}", project_id: "{extra_0}"}
            """))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .hasSize(2)
                                .anyMatch(p -> p.startsWith("fields.units needs {chunks}"))
                                .anyMatch(p -> p.startsWith("fields.project_id needs {extra_0}")));
    }
}
