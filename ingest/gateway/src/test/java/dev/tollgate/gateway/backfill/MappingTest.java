package dev.tollgate.gateway.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingTest {

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

        Mapping.Mapped mapped = mapping.map(Map.of(
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

        assertThat(mapped.faults()).isEmpty();
        assertThat(mapped.event().toString())
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
                        e -> assertThat(e.problems())
                                .hasSize(9)
                                .anyMatch(p -> p.startsWith("format must be json-lines, csv, combined, ")));
        assertThatThrownBy(() -> Mapping.parse("format: csv\nfields: {account_id: a, endpoint: b}"))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems()).isEqualTo(List.of("fields.occurred_at is missing")));
        assertThatThrownBy(() -> Mapping.parse("fields: {account_id: a}"))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .asString()
                                .startsWith("format is missing: json-lines, csv, combined, "));
    }

    @Test
    void givenAnAccessLogFieldThatThereIsNot_whenRead_thenItIsRejectedAndNotTakenForEmpty() {
        assertThatThrownBy(() -> Mapping.parse("""
            format: access-log
            fields: {units: "{chunks}", account_id: "{query.account}", duration_ms: "{extra_1}", \
            project_id: "{extra_0}"}
            """))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .hasSize(2)
                                .anyMatch(p -> p.startsWith("fields.units needs {chunks}"))
                                .anyMatch(p -> p.startsWith("fields.project_id needs {extra_0}")));
    }

    @Test
    void givenAPlaceThatIsEmpty_whenMapped_thenNoHalfOfANameIsLeft() {
        Mapping mapping = Mapping.parse("""
            format: csv
            fields: {account_id: "acc-{customer}", endpoint: "{verb} {url}", occurred_at: "{when}",
              attributes.z: "z-{zone}"}
            """);

        assertThat(mapping.map(Map.of("verb", "GET", "url", "/a", "customer", ""))
                        .event()
                        .toString())
                .isEqualTo("{\"endpoint\":\"GET /a\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "s, '0.010, 0.020', 30",
        "s, '0.010 : 0.020', 30",
        "s, '-, 0.020 : -', 20",
        "s, 0.0425, 43",
        "ms, 12, 12",
        "us, 1500, 2",
        "ns, 177845, 0",
        "s, 1.77845e-4, 0",
        "s, -, ",
        "s, -1, ",
        "s, fast, ",
        "s, 999999999999999999, "
    })
    void givenADurationInSomeUnit_whenMapped_thenItIsInMillisecondsOrLeftOut(
            String unit, String value, @Nullable Long millis) {
        Mapping mapping = Mapping.parse("format: csv\nduration-unit: " + unit
                + "\nfields: {account_id: a, endpoint: /e, occurred_at: '1', duration_ms: '{d}'}");

        ObjectNode event = mapping.map(Map.of("d", value)).event();

        assertThat(event.has("duration_ms")).isEqualTo(millis != null);
        if (millis != null) {
            assertThat(event.path("duration_ms").longValue()).isEqualTo(millis);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "s, 1795687200.5349035, 1795687200534",
        "s, 1.7956872005349035e9, 1795687200534",
        "ms, 1795687200534, 1795687200534",
        "us, 1795687200534903, 1795687200534",
        "ns, 1795687200534903499, 1795687200534"
    })
    void givenATimeThatIsANumberInSomeUnit_whenMapped_thenItIsInMilliseconds(String unit, String value, long millis) {
        Mapping mapping = Mapping.parse(
                "format: csv\ntime-unit: " + unit + "\nfields: {account_id: a, endpoint: /e, occurred_at: '{t}'}");

        assertThat(mapping.map(Map.of("t", value)).event().path("occurred_at").longValue())
                .isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource({
        "yyyy-MM-dd HH:mm:ss Z, 2026-11-26 12:00:00 +0200, 2026-11-26T10:00:00Z",
        "yyyy-MM-dd HH:mm:ss Z, 2026-11-26 12:00:00 -0500, 2026-11-26T17:00:00Z",
        "yyyy-MM-dd HH:mm:ssXXX, 2026-11-26 12:00:00Z, 2026-11-26T12:00:00Z",
        "yyyy-MM-dd HH:mm:ss VV, 2026-07-01 12:00:00 America/New_York, 2026-07-01T16:00:00Z",
        "yyyy-MM-dd HH:mm, 2026-01-15 12:00, 2026-01-15T11:00:00Z",
        "yyyy-MM-dd HH:mm, 2026-10-25 02:30, 2026-10-25T00:30:00Z",
        "yyyy-MM-dd HH:mm, 2026-10-25 03:00, 2026-10-25T02:00:00Z",
        "dd.MM.yy hh:mm a, 31.01.26 01:00 PM, 2026-01-31T12:00:00Z",
        "MMM d yyyy HH:mm:ss, Feb 28 2026 10:00:00, 2026-02-28T09:00:00Z"
    })
    void givenATimeOfAForm_whenMapped_thenItsOffsetCountsAndElseTheZoneDoes(
            String format, String text, String expected) {
        Mapping.Mapped mapped = timeFormat(format).map(Map.of("t", text));

        assertThat(mapped.faults()).isEmpty();
        assertThat(mapped.event().path("occurred_at").textValue()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "yyyy-MM-dd HH:mm, 2026-02-30 10:00",
        "yyyy-MM-dd HH:mm, 2026-06-31 10:00",
        "yyyy-MM-dd HH:mm, 2026-02-29 10:00",
        "yyyy-MM-dd HH:mm, 2026-01-01 24:00",
        "yyyy-MM-dd HH:mm, 2026-03-29 02:30",
        "yyyy-MM-dd HH:mm VV, 2026-03-08 02:30 America/New_York",
        "yyyy-MM-dd HH:mm, 2026-01-01",
        "yyyy-MM-dd HH:mm Z, 2026-01-01 10:00"
    })
    void givenATimeThatThereIsNot_whenMapped_thenItIsRejectedAndNeverBent(String format, String text) {
        assertThat(timeFormat(format).map(Map.of("t", text)).faults())
                .singleElement()
                .asString()
                .startsWith("occurred_at must be a time as time-format says, was '" + text + "'");
    }

    @Test
    void givenWhatIsForReportsOnly_whenItIsTooLong_thenItIsCutAndTheEventIsKept() {
        Mapping mapping = Mapping.parse("format: csv\nfields: {account_id: a, endpoint: /e, occurred_at: '1',"
                + " attributes.agent: '{ua}', producer: '{ua}'}");

        Mapping.Mapped mapped = mapping.map(Map.of("ua", "u".repeat(300)));

        assertThat(mapped.isDetailLost()).isTrue();
        assertThat(mapped.event().path("attributes").path("agent").textValue()).hasSize(256);
        assertThat(mapped.event().path("producer").textValue()).hasSize(128);
    }

    @Test
    void givenAFormatThatDoesNotSayWhoPays_whenItIsAskedFor_thenAMappingIs() {
        assertThatThrownBy(() -> Mapping.of("alb"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("fields.account_id is missing: alb has none of itself");
        assertThatThrownBy(() -> Mapping.of("xml")).hasMessageContaining("format must be json-lines, csv, combined");
        assertThatThrownBy(() -> Mapping.of("$remote_addr$status"))
                .hasMessageContaining("must have a text between its fields 'remote_addr' and 'status'");
        assertThatThrownBy(() -> Mapping.parse("format: '%h %s'\nfields: {account_id: '{http_x_account}'}"))
                .hasMessageContaining("fields.account_id needs {http_x_account}, which the layout does not have")
                .hasMessageContaining("fields.occurred_at needs {time}");
    }

    private static Mapping timeFormat(String format) {
        return Mapping.parse("format: csv\ntime-zone: Europe/Berlin\ntime-format: \"" + format
                + "\"\nfields: {account_id: a, endpoint: /e, occurred_at: '{t}'}");
    }
}
