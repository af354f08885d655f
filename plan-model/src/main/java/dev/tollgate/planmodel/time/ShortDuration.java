package dev.tollgate.planmodel.time;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: a whole number and one unit out of ms, s, m, h and d. */
public final class ShortDuration {
    private static final Pattern TEXT = Pattern.compile("(0|[1-9][0-9]{0,14})(ms|s|m|h|d)");
    private static final String[] UNITS = {"d", "h", "m", "s"};

    private ShortDuration() {}

    /** Milliseconds of a text such as {@code 90s}; empty if it is no duration or too long to count. */
    public static OptionalLong parseMillis(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Math.multiplyExact(Long.parseLong(matcher.group(1)), unitMillis(matcher.group(2))));
        } catch (ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    /** The shortest text that {@link #parseMillis} reads back: {@code 30d}, {@code 90s}, {@code 0s}. */
    public static String format(long millis) {
        if (millis == 0) {
            return "0s";
        }
        for (String unit : UNITS) {
            if (millis % unitMillis(unit) == 0) {
                return millis / unitMillis(unit) + unit;
            }
        }
        return millis + "ms";
    }

    /** The same of a length of whole milliseconds. */
    public static String format(Duration duration) {
        return format(duration.toMillis());
    }

    private static long unitMillis(String unit) {
        return switch (unit) {
            case "d" -> 86_400_000L;
            case "h" -> 3_600_000L;
            case "m" -> 60_000L;
            case "s" -> 1_000L;
            case "ms" -> 1L;
            default -> throw new IllegalArgumentException("unit must be d, h, m, s or ms, was " + unit);
        };
    }
}
