package dev.tollgate.gateway.backfill;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;

/**
 * Times in a form of somebody's own, by a pattern of {@link DateTimeFormatter}. An offset or zone in the text counts;
 * only where there is none the configured zone does. A date that there is not (30 February) is no time, nor is one of
 * the hour that a zone leaves out when its clocks go forward. Of the hour that comes twice when they go back, the first
 * one is meant.
 */
final class LocalTimes {
    private final DateTimeFormatter format;
    private final ZoneId zone;

    /** @throws IllegalArgumentException if the pattern is none */
    LocalTimes(String pattern, ZoneId zone) {
        this.format = DateTimeFormatter.ofPattern(properYears(pattern), Locale.ENGLISH)
                .withResolverStyle(ResolverStyle.STRICT);
        this.zone = zone;
    }

    /**
     * Reads a time.
     *
     * @throws DateTimeException if it is none, with what is wrong
     */
    Instant parse(String text) {
        TemporalAccessor parsed = format.parseBest(text, ZonedDateTime::from, LocalDateTime::from);
        if (parsed instanceof ZonedDateTime zoned) {
            return existing(LocalDateTime.from(format.parse(text)), zoned.getZone(), zoned);
        }
        LocalDateTime local = LocalDateTime.from(parsed);
        return existing(local, zone, local.atZone(zone));
    }

    private static Instant existing(LocalDateTime local, ZoneId zone, ZonedDateTime resolved) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            throw new DateTimeException("there is no " + local + " in " + zone + ", where clocks went forward");
        }
        return resolved.toInstant();
    }

    /** Without an era, strict years are those that can be negative; {@code yyyy} is what people write. */
    private static String properYears(String pattern) {
        StringBuilder proper = new StringBuilder(pattern.length());
        boolean quoted = false;
        boolean hasEra = false;
        for (char c : pattern.toCharArray()) {
            quoted ^= c == '\'';
            hasEra |= !quoted && c == 'G';
            proper.append(!quoted && c == 'y' ? 'u' : c);
        }
        return hasEra ? pattern : proper.toString();
    }
}
