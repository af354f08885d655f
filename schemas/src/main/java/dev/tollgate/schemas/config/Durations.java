package dev.tollgate.schemas.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them in a configuration. */
public final class Durations {
    private static final Pattern SHORT = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Durations() {}

    /**
     * Reads {@code 250ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 7d} or ISO-8601.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static Duration parse(String text) {
        Matcher matcher = SHORT.matcher(text.trim());
        try {
            if (!matcher.matches()) {
                return Duration.parse(text.trim());
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("not a duration: '" + text + "' (250ms, 30s, 10m, 24h, 7d or PT10M)", e);
        }
    }

    /** A duration in its largest whole unit: {@code 250ms}, {@code 90s}, {@code 24h}, {@code 7d}; days from two on. */
    public static String text(Duration duration) {
        if (!Duration.ofMillis(duration.toMillis()).equals(duration)) {
            return duration.toString();
        }
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % DAY == 0 && millis != DAY) {
            return millis / DAY + "d";
        }
        if (millis % HOUR == 0) {
            return millis / HOUR + "h";
        }
        if (millis % MINUTE == 0) {
            return millis / MINUTE + "m";
        }
        return millis % SECOND == 0 ? millis / SECOND + "s" : millis + "ms";
    }
}
