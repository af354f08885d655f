package dev.tollgate.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of ids, times and media types at the gateway, plain and as CloudEvents in both modes. */
class EdgeFormTest {
    private final BodyReader reader =
            new BodyReader(EventRules.strict(), 10, InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z")));

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\\u200b", "esc\\u001b[31mred", "a\\u0000", "a\\u0085"})
    void givenASubjectThatIsNoAccount_whenRead_thenItIsRejectedInEveryMode(String subject) throws Exception {
        assertThat(structured("\"subject\":\"" + subject + "\"", "{\"endpoint\":\"/v2/a\"}"))
                .isInstanceOf(ReadEvent.Invalid.class);
        assertThat(structured("\"subject\":\"" + subject + "\"", "{\"account_id\":\"acme\",\"endpoint\":\"/v2/a\"}"))
                .isInstanceOf(ReadEvent.Invalid.class);
        assertThat(plain("{\"account_id\":\"" + subject + "\",\"endpoint\":\"/v2/a\"}"))
                .isInstanceOf(ReadEvent.Invalid.class);
        String raw = subject.replace("\\u200b", "%E2%80%8B")
                .replace("\\u001b", "%1B")
                .replace("\\u0000", "%00")
                .replace("\\u0085", "%C2%85");
        assertThat(binary(Map.of("ce-subject", raw), "application/json")).isInstanceOf(ReadEvent.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "endpoint | /v2/a\\nGET /x | must have no control characters, has U+000A as character 6",
                "endpoint | \\u2800 | must be 1 to 512 characters, was made of invisible characters only",
                "event_id | a\\u0007b | must have no control characters, has U+0007 as character 2",
                "project_id | \\u200b | must be left out or have visible characters, was made of invisible characters"
                        + " only",
                "api_key_id | \\t | must have no control characters, has U+0009 as character 1"
            })
    void givenAFieldThatIsNoIdOrEndpoint_whenRead_thenTheProblemIsAtIt(String field, String value, String detail)
            throws Exception {
        String fields = "{\"account_id\":\"acme\",\"endpoint\":\"/v2/a\",\"" + field + "\":\"" + value + "\"}";
        String event = field.equals("endpoint") ? fields.replace("\"endpoint\":\"/v2/a\",", "") : fields;

        assertThat(plain(event))
                .isInstanceOfSatisfying(
                        ReadEvent.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .containsExactly(new EventProblem("#/" + field, null, detail)));
    }

    @Test
    void givenAnEmptyOptionalId_whenRead_thenItIsLeftOut() throws Exception {
        ReadEvent read = plain(
                "{\"account_id\":\"\\ufeffacme\",\"endpoint\":\"/v2/a\",\"project_id\":\"\",\"api_key_id\":\"\"}");

        assertThat(read).isInstanceOfSatisfying(ReadEvent.Valid.class, valid -> {
            assertThat(valid.event().getProjectId()).isNull();
            assertThat(valid.event().getApiKeyId()).isNull();
            assertThat(valid.event().getAccountId()).isEqualTo("\ufeffacme");
        });
    }

    @Test
    void givenATargetWithAnAuthorityOrAQuery_whenRead_thenItIsReducedToItsPath() throws Exception {
        ReadEvent read = plain("{\"account_id\":\"a\",\"endpoint\":\"POST https://api.example.org/v2/mem-it?"
                + "x".repeat(600) + "\"}");

        assertThat(read)
                .isInstanceOfSatisfying(
                        ReadEvent.Valid.class,
                        valid -> assertThat(valid.event().getEndpoint()).isEqualTo("POST /v2/mem-it"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json; charset=utf-8",
                "application/json ; charset=\"UTF-8\"",
                "application/json;",
                "application/vnd.acme.usage+json",
                "application/my-usage+json",
                "application/problem+json; a=b",
                "text/json"
            })
    void givenAMediaTypeThatIsJson_whenRead_thenItIsTaken(String type) throws Exception {
        String quoted = type.replace("\"", "\\\"");

        assertThat(structured("\"subject\":\"a\",\"datacontenttype\":\"" + quoted + "\"", "{\"endpoint\":\"/v2/a\"}"))
                .isInstanceOf(ReadEvent.Valid.class);
        assertThat(binary(Map.of("ce-subject", "a"), type)).isInstanceOf(ReadEvent.Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/jsonx",
                "json",
                "application/",
                "application/json; =x",
                "+json",
                "a b/c+json"
            })
    void givenAnotherMediaType_whenRead_thenItIsRejected(String type) throws Exception {
        assertThat(structured("\"subject\":\"a\",\"datacontenttype\":\"" + type + "\"", "{\"endpoint\":\"/v2/a\"}"))
                .isInstanceOf(ReadEvent.Invalid.class);
        assertThat(binary(Map.of("ce-subject", "a"), type)).isInstanceOf(ReadEvent.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-26T10:00Z, false",
        "2026-11-26T10:00:00+05, false",
        "2026-11-26T10:00:00+05:30:15, false",
        "2026-11-26T10:00:00, false",
        "2026-06-31T10:00:00Z, false",
        "2026-11-26t10:00:00z, true",
        "2026-11-26T10:00:00.1234567890123Z, true",
        "2026-11-26T10:00:00-00:00, true",
        "2025-12-31T23:59:60Z, true"
    })
    void givenATime_whenRead_thenTheGrammarOfRfc3339DecidesInEveryMode(String time, boolean valid) throws Exception {
        List<ReadEvent> read = List.of(
                plain("{\"account_id\":\"a\",\"endpoint\":\"/v2/a\",\"occurred_at\":\"" + time + "\"}"),
                structured("\"subject\":\"a\",\"time\":\"" + time + "\"", "{\"endpoint\":\"/v2/a\"}"),
                binary(Map.of("ce-subject", "a", "ce-time", time), "application/json"));

        assertThat(read)
                .allSatisfy(event -> assertThat(event instanceof ReadEvent.Valid)
                        .as("%s", event)
                        .isEqualTo(valid));
    }

    private ReadEvent plain(String json) throws MalformedBodyException {
        return reader.readJson(json.getBytes(StandardCharsets.UTF_8), index -> "made")
                .getFirst();
    }

    private ReadEvent structured(String attributes, String data) throws MalformedBodyException {
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"dev.tollgate.request\","
                + attributes + ",\"data\":" + data + "}";
        return reader.readCloudEvent(event.getBytes(StandardCharsets.UTF_8)).getFirst();
    }

    private ReadEvent binary(Map<String, String> more, String contentType) {
        Map<String, List<String>> headers = new TreeMap<>(Map.of(
                "ce-specversion", List.of("1.0"),
                "ce-id", List.of("1"),
                "ce-source", List.of("/s"),
                "ce-type", List.of("dev.tollgate.request"),
                "content-type", List.of(contentType)));
        more.forEach((name, value) -> headers.put(name, List.of(value)));
        return reader.readBinaryCloudEvent(headers, "{\"endpoint\":\"/v2/a\"}".getBytes(StandardCharsets.UTF_8))
                .getFirst();
    }
}
