package dev.tollgate.schemas.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a value may be, and how it is written.
 *
 * @param allowed the end of the sentence "must be ..."
 * @param range the same, short, for tables; empty where there is nothing to say
 * @param blank whether a blank value is a value; else it is as if the key were not set
 * @param parser from trimmed text; throws {@link IllegalArgumentException} or {@link ArithmeticException} for what is
 *     not allowed
 * @param writer back to text
 * @param <T> of the values
 */
public record SettingType<T>(
        String allowed, String range, boolean blank, Function<String, T> parser, Function<T, String> writer) {

    /** A value with a parser of its own. */
    public static <T> SettingType<T> of(
            String allowed, String range, Function<String, T> parser, Function<T, String> writer) {
        return new SettingType<>(allowed, range, false, parser, writer);
    }

    /** Any text that is not blank. */
    public static SettingType<String> text() {
        return of("a text", "", text -> text, text -> text);
    }

    /** Any text, which may be blank. */
    public static SettingType<String> anyText() {
        return new SettingType<>("a text", "", true, text -> text, text -> text);
    }

    /** A text that matches a pattern as a whole. */
    public static SettingType<String> text(Pattern pattern, String allowed) {
        return new SettingType<>(
                allowed,
                allowed,
                pattern.matcher("").matches(),
                text -> {
                    require(pattern.matcher(text).matches());
                    return text;
                },
                text -> text);
    }

    /** Whole number in a closed range; underscores may group the digits. */
    public static SettingType<Integer> integer(int min, int max) {
        return integer(min, max, "");
    }

    /** Whole number of something in a closed range. */
    public static SettingType<Integer> integer(int min, int max, String unit) {
        return numeric(min, max, unit, Math::toIntExact);
    }

    /** Whole number of something in a closed range. */
    public static SettingType<Long> number(long min, long max, String unit) {
        return numeric(min, max, unit, number -> number);
    }

    private static <N extends Number> SettingType<N> numeric(long min, long max, String unit, Function<Long, N> cast) {
        String range = min + " to " + max;
        return of(
                "a whole number " + (unit.isEmpty() ? "" : "of " + unit + " ") + "from " + range,
                unit.isEmpty() ? range : range + " " + unit,
                text -> {
                    long number = Long.parseLong(text.replace("_", ""));
                    require(number >= min && number <= max);
                    return cast.apply(number);
                },
                Object::toString);
    }

    /** {@code true} or {@code false}. */
    public static SettingType<Boolean> flag() {
        return of(
                "true or false",
                "true, false",
                text -> {
                    require(text.equals("true") || text.equals("false"));
                    return text.equals("true");
                },
                Object::toString);
    }

    /**
     * Duration in a closed range, written {@code 250ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 7d} or as
     * ISO-8601 ({@code PT10M}). The bounds are written the same way.
     */
    public static SettingType<Duration> duration(String min, String max) {
        Duration least = Durations.parse(min);
        Duration most = Durations.parse(max);
        return of(
                "a duration from " + min + " to " + max + ", such as 250ms, 10m or PT10M",
                min + " to " + max,
                text -> {
                    Duration duration = Durations.parse(text);
                    require(duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0);
                    return duration;
                },
                Durations::text);
    }

    /** One of an enum's constants, written in kebab-case or as declared, whatever the case of the letters. */
    public static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
        Function<E, String> writer =
                constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String choices = Arrays.stream(type.getEnumConstants()).map(writer).collect(Collectors.joining(", "));
        return of(
                "one of " + choices,
                choices,
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')),
                writer);
    }

    /** A path of a file or folder, which need not be there. */
    public static SettingType<Path> path() {
        return of("a path", "", Path::of, Path::toString);
    }

    /** Comma-separated parts, trimmed, empty ones left out. */
    public static SettingType<List<String>> list() {
        return of(
                "a comma-separated list",
                "",
                text -> Arrays.stream(text.split(","))
                        .map(String::trim)
                        .filter(part -> !part.isEmpty())
                        .toList(),
                parts -> String.join(",", parts));
    }

    /** The same, for a key that may be left out. */
    SettingType<Optional<T>> orNothing() {
        return new SettingType<>(
                allowed,
                range,
                false,
                text -> Optional.of(parser.apply(text)),
                value -> value.map(writer).orElse(""));
    }

    private static void require(boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException("not allowed");
        }
    }
}
