package dev.tollgate.planmodel.time;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Length of a fixed window: 15 minutes, a week, 3 months.
 *
 * @param count how many units, 1 to {@link WindowUnit#maxCount}
 * @param unit of what
 */
public record WindowLength(int count, WindowUnit unit) {
    private static final Pattern WORDS =
            Pattern.compile("(?:([1-9][0-9]{0,8}) )?(second|minute|hour|day|week|month|year)(s?)");
    private static final Pattern SHORT = Pattern.compile("([1-9][0-9]{0,8})([smhdw])");
    private static final Map<String, WindowUnit> SHORT_UNITS = Map.of(
            "s", WindowUnit.SECOND,
            "m", WindowUnit.MINUTE,
            "h", WindowUnit.HOUR,
            "d", WindowUnit.DAY,
            "w", WindowUnit.WEEK);

    /** @throws IllegalArgumentException if the count is out of range */
    public WindowLength {
        if (count < 1 || count > unit.maxCount()) {
            throw new IllegalArgumentException("a window must have 1 to " + unit.maxCount() + " " + unit.word()
                    + "s, which is ten years, was " + count);
        }
    }

    /** One unit. */
    public static WindowLength of(WindowUnit unit) {
        return new WindowLength(1, unit);
    }

    /**
     * Reads {@code minute}, {@code 15 minutes}, {@code 15m}, {@code 2w}. A short form has no months and years, because
     * {@code m} is minutes.
     *
     * @return empty if the text is no length, or one that is out of range
     */
    public static Optional<WindowLength> parse(String text) {
        Matcher words = WORDS.matcher(text);
        if (words.matches()) {
            boolean counted = words.group(1) != null;
            // "minutes" alone says no length.
            return counted || words.group(3).isEmpty()
                    ? of(counted ? words.group(1) : "1", unitOf(words.group(2)))
                    : Optional.empty();
        }
        Matcher shortened = SHORT.matcher(text);
        WindowUnit unit = shortened.matches() ? SHORT_UNITS.get(shortened.group(2)) : null;
        return unit == null ? Optional.empty() : of(shortened.group(1), unit);
    }

    private static WindowUnit unitOf(String word) {
        for (WindowUnit unit : WindowUnit.values()) {
            if (unit.word().equals(word)) {
                return unit;
            }
        }
        throw new IllegalStateException("the pattern let '" + word + "' through");
    }

    private static Optional<WindowLength> of(String count, WindowUnit unit) {
        int number = Integer.parseInt(count);
        return number > unit.maxCount() ? Optional.empty() : Optional.of(new WindowLength(number, unit));
    }

    /** Longest length where clocks do not change, in milliseconds: decides which of two windows is the longer one. */
    public long maxMillis() {
        return count * unit.maxMillis();
    }

    /** Name in records and tables: {@code MINUTE}, {@code 15 MINUTE}. */
    public String symbol() {
        return count == 1 ? unit.name() : count + " " + unit.name();
    }

    /** Name for headers and reports: {@code minute}, {@code 15-minutes}. */
    public String label() {
        return count == 1 ? unit.word() : count + "-" + unit.word() + "s";
    }

    /** {@code minute}, {@code 15 minutes}: what {@link #parse} reads back. */
    @Override
    public String toString() {
        return count == 1 ? unit.word() : count + " " + unit.word() + "s";
    }
}
