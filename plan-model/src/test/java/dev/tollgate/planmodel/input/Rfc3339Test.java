package dev.tollgate.planmodel.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {
    /** The grammar of section 5.6, written again as a pattern. */
    private static final Pattern GRAMMAR = Pattern.compile(
            "(\\d{4})-(\\d\\d)-(\\d\\d)[Tt](\\d\\d):(\\d\\d):(\\d\\d)(\\.\\d+)?" + "(?:[Zz]|([+-])(\\d\\d):(\\d\\d))");

    @ParameterizedTest
    @CsvSource({
        "2026-11-26t10:00:00z, 2026-11-26T10:00:00Z",
        "2026-11-26T10:00:00.123456789Z, 2026-11-26T10:00:00.123456789Z",
        "2026-11-26T10:00:00.1234567890123Z, 2026-11-26T10:00:00.123456789Z",
        "2026-11-26T10:00:00.5+05:30, 2026-11-26T04:30:00.5Z",
        "2026-11-26T10:00:00-00:00, 2026-11-26T10:00:00Z",
        "2026-11-26T23:30:00-23:59, 2026-11-27T23:29:00Z",
        "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
        "2016-12-31T23:59:60Z, 2016-12-31T23:59:59.999999999Z",
        "2016-12-31T23:59:60.25Z, 2016-12-31T23:59:59.999999999Z",
        "1990-12-31T15:59:60-08:00, 1990-12-31T23:59:59.999999999Z",
        "2015-06-30T23:59:60Z, 2015-06-30T23:59:59.999999999Z"
    })
    void givenATimeByTheGrammar_whenParsed_thenItIsThatMoment(String text, String expected) {
        assertThat(Rfc3339.parse(text)).isEqualTo(Instant.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-26T10:00Z",
                "2026-11-26T10:00:00+05",
                "2026-11-26T10:00:00+0530",
                "2026-11-26T10:00:00+05:30:15",
                "2026-11-26T10:00:00",
                "2026-11-26 10:00:00Z",
                "2026-11-26T10:00:00.Z",
                "2026-11-26T10:00:00,5Z",
                "2026-11-26T10:00:00Z ",
                " 2026-11-26T10:00:00Z",
                "2026-11-26T24:00:00Z",
                "2026-11-26T10:60:00Z",
                "2026-11-26T10:00:61Z",
                "2026-11-26T10:00:60Z",
                "2026-11-26T23:59:60Z",
                "2016-12-31T23:59:60+01:00",
                "2026-11-26T10:00:00+24:00",
                "2026-11-26T10:00:00+05:60",
                "2026-02-30T10:00:00Z",
                "2026-02-29T10:00:00Z",
                "2026-06-31T10:00:00Z",
                "2026-13-01T10:00:00Z",
                "2026-00-01T10:00:00Z",
                "+2026-11-26T10:00:00Z",
                "-001-11-26T10:00:00Z",
                "2026-11-26T10:00:00[UTC]",
                "２０２６-11-26T10:00:00Z",
                "2026-330T10:00:00Z",
                "Z",
                ""
            })
    void givenAnythingElse_whenParsed_thenItIsNoTime(String text) {
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> Rfc3339.parse(text));
    }

    /**
     * 20,000 texts: times with a character or two changed, cut off or doubled. {@code -Dtollgate.seed=N} makes the
     * same.
     */
    @Test
    void givenRandomTexts_whenParsed_thenTheAnswerIsThatOfTheGrammarAndOfTheCalendar() {
        long seed = Long.getLong("tollgate.seed", 3_339L);
        SplittableRandom random = new SplittableRandom(seed);
        int times = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = mutated(random, time(random));
            Instant expected = expected(text);
            @Nullable Instant parsed;
            try {
                parsed = Rfc3339.parse(text);
            } catch (DateTimeException e) {
                parsed = null;
            }
            assertThat(parsed).as("seed %s: '%s'", seed, text).isEqualTo(expected);
            times += parsed == null ? 0 : 1;
        }
        assertThat(times).isBetween(4_000, 19_000);
    }

    private static String time(SplittableRandom random) {
        String text = String.format(
                Locale.ROOT,
                "%04d-%02d-%02dT%02d:%02d:%02d",
                random.nextInt(10_000),
                random.nextInt(14),
                random.nextInt(33),
                random.nextInt(25),
                random.nextInt(61),
                random.nextInt(60));
        String fraction = "." + "1234567890123".substring(0, 1 + random.nextInt(13));
        String offset = String.format(
                Locale.ROOT, "%s%02d:%02d", random.nextBoolean() ? "+" : "-", random.nextInt(25), random.nextInt(61));
        return text + (random.nextBoolean() ? fraction : "") + (random.nextBoolean() ? "Z" : offset);
    }

    private static String mutated(SplittableRandom random, String text) {
        StringBuilder changed = new StringBuilder(text);
        for (int changes = random.nextInt(3); changes > 0 && !changed.isEmpty(); changes--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(4)) {
                case 0 -> changed.deleteCharAt(at);
                case 1 -> changed.insert(at, changed.charAt(at));
                case 2 -> changed.setCharAt(at, "0123456789-:.TtZz+ x\u0660".charAt(random.nextInt(21)));
                default -> changed.setLength(at);
            }
        }
        return changed.toString();
    }

    private static @Nullable Instant expected(String text) {
        Matcher parts = GRAMMAR.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        int seconds = Integer.parseInt(parts.group(6));
        String fraction = parts.group(7) == null ? "0" : parts.group(7).substring(1);
        int nanos = Integer.parseInt((fraction + "000000000").substring(0, 9));
        try {
            int offset = 0;
            if (parts.group(8) != null) {
                int hours = Integer.parseInt(parts.group(9));
                int minutes = Integer.parseInt(parts.group(10));
                if (hours > 23 || minutes > 59) {
                    return null;
                }
                offset = (hours * 60 + minutes) * (parts.group(8).equals("+") ? 60 : -60);
            }
            Instant instant = OffsetDateTime.of(
                            Integer.parseInt(parts.group(1)),
                            Integer.parseInt(parts.group(2)),
                            Integer.parseInt(parts.group(3)),
                            Integer.parseInt(parts.group(4)),
                            Integer.parseInt(parts.group(5)),
                            Math.min(59, seconds),
                            nanos,
                            ZoneOffset.UTC)
                    .toInstant()
                    .minusSeconds(offset);
            if (seconds < 60) {
                return instant;
            }
            OffsetDateTime next =
                    instant.plusSeconds(1).atOffset(ZoneOffset.UTC).withNano(0);
            boolean leap = seconds == 60
                    && next.getDayOfMonth() == 1
                    && next.getHour() == 0
                    && next.getMinute() == 0
                    && next.getSecond() == 0;
            return leap ? next.toInstant().minusNanos(1) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
