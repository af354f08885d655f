package dev.tollgate.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The maximum age of an event, in every format that the gateway and {@code tollgate ingest} read. */
class EventAgeTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final Duration MAX_AGE = Duration.ofDays(400);

    private final BodyReader reader = new BodyReader(EventRules.strict(), 10, InstantSource.fixed(NOW));

    @ParameterizedTest
    @EnumSource
    void givenEventAsOldAsAllowed_whenRead_thenItIsValid(Format format) throws Exception {
        ReadEvent read = read(format, NOW.minus(MAX_AGE));

        assertThat(read)
                .isInstanceOfSatisfying(
                        ReadEvent.Valid.class,
                        valid -> assertThat(valid.event().getOccurredAt()).isEqualTo(NOW.minus(MAX_AGE)));
    }

    @ParameterizedTest
    @EnumSource
    void givenEventOlderByAMillisecond_whenRead_thenTheProblemNamesAgeAndTime(Format format) throws Exception {
        ReadEvent read = read(format, NOW.minus(MAX_AGE).minusMillis(1));

        assertThat(read)
                .isInstanceOfSatisfying(
                        ReadEvent.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .extracting(EventProblem::detail)
                                .isEqualTo("must be at most 400 d before 2026-11-28T12:00:00Z, was"
                                        + " 2025-10-24T11:59:59.999Z"));
    }

    private ReadEvent read(Format format, Instant time) throws MalformedBodyException {
        String plain =
                "{\"event_id\":\"1\",\"account_id\":\"acme\",\"endpoint\":\"e\",\"occurred_at\":\"" + time + "\"}";
        String cloud = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"dev.tollgate.request\","
                + "\"subject\":\"acme\",\"time\":\"" + time + "\",\"data\":{\"endpoint\":\"e\"}}";
        return switch (format) {
            case JSON -> reader.readJson(bytes(plain), index -> "made").getFirst();
            case JSON_MILLIS ->
                reader.readJson(
                                bytes(plain.replace("\"" + time + "\"", Long.toString(time.toEpochMilli()))),
                                index -> "made")
                        .getFirst();
            case JSON_LINES -> reader.readLines(bytes(plain), index -> "made").getFirst();
            case FILE_LINE -> reader.readLine(bytes(plain), () -> "made");
            case STRUCTURED -> reader.readCloudEvent(bytes(cloud)).getFirst();
            case BATCH -> reader.readCloudEventBatch(bytes("[" + cloud + "]")).getFirst();
            case BINARY ->
                reader.readBinaryCloudEvent(
                                Map.of(
                                        "ce-specversion", List.of("1.0"),
                                        "ce-id", List.of("1"),
                                        "ce-source", List.of("s"),
                                        "ce-type", List.of("dev.tollgate.request"),
                                        "ce-subject", List.of("acme"),
                                        "ce-time", List.of(time.toString()),
                                        "content-type", List.of("application/json")),
                                bytes("{\"endpoint\":\"e\"}"))
                        .getFirst();
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private enum Format {
        JSON,
        JSON_MILLIS,
        JSON_LINES,
        FILE_LINE,
        STRUCTURED,
        BATCH,
        BINARY
    }
}
