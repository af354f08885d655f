package dev.tollgate.planmodel.time;

import java.time.DayOfWeek;
import java.time.Month;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the bounds of windows of a day and longer follow.
 *
 * @param timeZone a region of the IANA database, such as {@code Europe/Berlin}; {@code UTC} for none
 * @param anchor where windows begin
 */
public record WindowCalendar(String timeZone, WindowAnchor anchor) {
    /** Name of the time zone without clock changes. */
    public static final String UTC_ZONE = "UTC";

    /** UTC with windows that begin at midnight, on Monday, on the first and in January. */
    public static final WindowCalendar UTC = new WindowCalendar(UTC_ZONE, WindowAnchor.DEFAULT);

    /** Asking for the names makes a set of them every time. */
    private static final class Zones {
        private static final Set<String> NAMES = Set.copyOf(ZoneId.getAvailableZoneIds());
    }

    /** @throws IllegalArgumentException if the platform does not know the time zone */
    public WindowCalendar {
        if (!isTimeZone(timeZone)) {
            throw new IllegalArgumentException(
                    "the time zone must be a region of the IANA database such as Europe/Berlin, was '" + timeZone
                            + "'");
        }
    }

    /** {@code UTC}, {@code Europe/Berlin from day 15, 06:00}: without what is as it is by default. */
    public String words() {
        List<String> parts = new ArrayList<>();
        if (anchor.month() != WindowAnchor.DEFAULT.month()) {
            parts.add(Month.of(anchor.month()).name().toLowerCase(Locale.ROOT));
        }
        if (anchor.day() != WindowAnchor.DEFAULT.day()) {
            parts.add("day " + anchor.day());
        }
        if (anchor.weekday() != WindowAnchor.DEFAULT.weekday()) {
            parts.add(DayOfWeek.of(anchor.weekday()).name().toLowerCase(Locale.ROOT));
        }
        if (anchor.hour() != WindowAnchor.DEFAULT.hour()) {
            parts.add(String.format(Locale.ROOT, "%02d:00", anchor.hour()));
        }
        return timeZone + (parts.isEmpty() ? "" : " from " + String.join(", ", parts));
    }

    /** Whether a text names a region of the platform's time zone database. Offsets such as {@code +01:00} do not. */
    public static boolean isTimeZone(String text) {
        return text.equals(UTC_ZONE) || Zones.NAMES.contains(text);
    }

    /** The names that {@link #isTimeZone} takes. */
    public static Set<String> timeZones() {
        return Zones.NAMES;
    }
}
