package dev.tollgate.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.event.RequestEventRules;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 20,000 broken and sound bodies in each mode: each is an event that keeps the rules of the accounting, or is rejected
 * with a reason. {@code -Dtollgate.seed=N} makes the same bodies.
 */
class CloudEventFuzzTest {
    private static final int BODIES = 20_000;
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final List<String> PIECES = List.of(
            "\"",
            "\\",
            "\\u0000",
            "\\u200b",
            "\\ud800",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "null",
            "true",
            "-1",
            "1e999",
            "9223372036854775808",
            "\"a\"",
            "\"\"",
            "é",
            "\u001b",
            "x".repeat(200),
            "%",
            "%00",
            "%E2%80%8B",
            "%C3%28",
            "2026-02-30T10:00:00Z",
            "application/xml",
            "+json",
            ";",
            "1.0",
            "subject",
            "data",
            "time",
            " ");
    private static final String DATA =
            "{\"endpoint\":\"POST /v2/a?x\",\"units\":3,\"project_id\":\"p\",\"attributes\":{\"a\":\"b\"}}";
    // In this order: that of Map.of differs from one JVM to the next, and a seed would not make the same bodies.
    private static final SequencedMap<String, String> ATTRIBUTES = attributes();

    private static SequencedMap<String, String> attributes() {
        SequencedMap<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", "1.0");
        attributes.put("id", "1");
        attributes.put("source", "/s");
        attributes.put("type", "dev.tollgate.request");
        attributes.put("subject", "acme");
        attributes.put("time", "2026-11-28T11:00:00.5+00:00");
        attributes.put("datacontenttype", "application/json");
        return attributes;
    }

    private final BodyReader reader = new BodyReader(EventRules.strict(), 10, InstantSource.fixed(NOW));
    private final long seed = Long.getLong("tollgate.seed", 30L);

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void givenBrokenStructuredEvents_whenRead_thenEachHasAnAnswer() {
        check(new SplittableRandom(seed), random -> reader.readCloudEvent(mutated(random, structured())));
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void givenBrokenBatches_whenRead_thenEachEventHasAnAnswer() {
        check(
                new SplittableRandom(seed + 1),
                random -> reader.readCloudEventBatch(mutated(random, "[" + structured() + "," + structured() + "]")));
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void givenBrokenBinaryEvents_whenRead_thenEachHasAnAnswer() {
        check(new SplittableRandom(seed + 2), random -> {
            Map<String, List<String>> headers = new HashMap<>();
            ATTRIBUTES.forEach((name, value) -> {
                String text = new String(
                        random.nextInt(4) == 0 ? mutated(random, value) : value.getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.ISO_8859_1);
                headers.put(
                        name.equals("datacontenttype") ? "content-type" : "ce-" + name,
                        random.nextInt(50) == 0 ? List.of(text, text) : List.of(text));
            });
            return reader.readBinaryCloudEvent(headers, random.nextBoolean() ? bytes(DATA) : mutated(random, DATA));
        });
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void givenBrokenPlainEvents_whenRead_thenEachHasAnAnswer() {
        String event = "{\"event_id\":\"1\",\"account_id\":\"acme\",\"occurred_at\":\"2026-11-28T11:00:00Z\","
                + DATA.substring(1);
        check(
                new SplittableRandom(seed + 3),
                random -> reader.readJson(mutated(random, "[" + event + "," + event + "]"), index -> "made-" + index));
    }

    private void check(SplittableRandom random, Attempt attempt) {
        int valid = 0;
        int rejected = 0;
        for (int i = 0; i < BODIES; i++) {
            List<ReadEvent> read = new ArrayList<>();
            try {
                read.addAll(attempt.read(random));
            } catch (MalformedBodyException e) {
                assertThat(e.getMessage()).isNotBlank();
                rejected++;
            }
            for (ReadEvent event : read) {
                switch (event) {
                    case ReadEvent.Valid sound -> {
                        assertThat(RequestEventRules.check(sound.event()))
                                .as("seed %s, body %s: %s", seed, i, sound.event())
                                .isEmpty();
                        valid++;
                    }
                    case ReadEvent.Invalid invalid -> {
                        assertThat(invalid.problems())
                                .as("seed %s, body %s", seed, i)
                                .isNotEmpty();
                        assertThat(invalid.problems())
                                .allMatch(problem -> !problem.detail().isBlank());
                        rejected++;
                    }
                }
            }
        }
        assertThat(valid).isGreaterThan(BODIES / 20);
        assertThat(rejected).isGreaterThan(BODIES / 20);
    }

    private static String structured() {
        StringBuilder event = new StringBuilder("{");
        ATTRIBUTES.forEach((name, value) ->
                event.append('"').append(name).append("\":\"").append(value).append("\","));
        return event.append("\"data\":").append(DATA).append('}').toString();
    }

    private static byte[] mutated(SplittableRandom random, String text) {
        byte[] changed = bytes(text);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(changed.length + 1);
            int to = Math.min(changed.length, at + random.nextInt(8));
            byte[] put = switch (random.nextInt(3)) {
                case 0 -> new byte[0];
                case 1 -> new byte[] {(byte) random.nextInt(256)};
                default -> bytes(PIECES.get(random.nextInt(PIECES.size())));
            };
            byte[] next = Arrays.copyOf(changed, at + put.length + changed.length - to);
            System.arraycopy(put, 0, next, at, put.length);
            System.arraycopy(changed, to, next, at + put.length, changed.length - to);
            changed = next;
        }
        return changed;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface Attempt {
        List<ReadEvent> read(SplittableRandom random) throws MalformedBodyException;
    }
}
