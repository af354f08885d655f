package dev.tollgate.schemas.config;

import dev.tollgate.planmodel.time.ShortDuration;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/** Durations as people write them in a configuration: {@link ShortDuration}, or ISO-8601. */
public final class Durations {
    private static final Duration DAY = Duration.ofDays(1);

    private Durations() {}

    /**
     * Reads {@code 250ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 7d} or ISO-8601.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static Duration parse(String text) {
        OptionalLong millis = ShortDuration.parseMillis(text.trim());
        try {
            return millis.isPresent() ? Duration.ofMillis(millis.getAsLong()) : Duration.parse(text.trim());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("not a duration: '" + text + "' (250ms, 30s, 10m, 24h, 7d or PT10M)", e);
        }
    }

    /** A duration in its largest whole unit: {@code 250ms}, {@code 90s}, {@code 24h}, {@code 7d}; days from two on. */
    public static String text(Duration duration) {
        if (!Duration.ofMillis(duration.toMillis()).equals(duration)) {
            return duration.toString();
        }
        return duration.equals(DAY) ? "24h" : ShortDuration.format(duration);
    }
}
