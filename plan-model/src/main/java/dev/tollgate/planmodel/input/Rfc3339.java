package dev.tollgate.planmodel.input;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Times by the grammar of RFC 3339, section 5.6: {@code 2026-01-31T12:00:00.5+01:00}. The offset must be there, as
 * hours and minutes or {@code Z}; {@code T} and {@code Z} may be lower case; seconds must be there; a fraction has any
 * number of digits, of which those behind the ninth are cut off. A date that there is not, such as 30 February, is no
 * time.
 *
 * <p>A leap second (23:59:60 UTC on the last day of a month) is the last nanosecond before it, so that it stays in its
 * day and month: 2016-12-31T23:59:60.5Z is 2016-12-31T23:59:59.999999999Z.
 */
public final class Rfc3339 {
    private static final int SECONDS_END = 19;
    private static final int DAY_SECONDS = 86_400;
    private static final int MAX_NANOS = 999_999_999;

    private Rfc3339() {}

    /**
     * Reads a time.
     *
     * @throws DateTimeException if it is none
     */
    public static Instant parse(String text) {
        if (text.length() <= SECONDS_END
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || (text.charAt(10) != 'T' && text.charAt(10) != 't')
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            throw none();
        }
        int year = number(text, 0, 4);
        LocalDate date = LocalDate.of(year, number(text, 5, 7), number(text, 8, 10));
        int hour = atMost(23, number(text, 11, 13));
        int minute = atMost(59, number(text, 14, 16));
        int second = atMost(60, number(text, 17, SECONDS_END));
        int at = SECONDS_END;
        int nanos = 0;
        if (text.charAt(at) == '.') {
            int from = ++at;
            while (at < text.length() && isDigit(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw none();
            }
            for (int i = 0; i < 9; i++) {
                nanos = nanos * 10 + (from + i < at ? text.charAt(from + i) - '0' : 0);
            }
        }
        long local = date.toEpochDay() * DAY_SECONDS + hour * 3_600L + minute * 60L + Math.min(59, second);
        long utc = local - offsetSeconds(text, at);
        if (second == 60) {
            requireLeapSecond(utc);
            nanos = MAX_NANOS;
        }
        return Instant.ofEpochSecond(utc, nanos);
    }

    /** Leap seconds are put at the end of a month of UTC; nowhere else is there a second 60. */
    private static void requireLeapSecond(long utcSecondBefore) {
        long next = utcSecondBefore + 1;
        boolean isEndOfMonth = Math.floorMod(next, DAY_SECONDS) == 0
                && LocalDate.ofInstant(Instant.ofEpochSecond(next), ZoneOffset.UTC)
                                .getDayOfMonth()
                        == 1;
        if (!isEndOfMonth) {
            throw none();
        }
    }

    private static int offsetSeconds(String text, int at) {
        if (at == text.length() - 1 && (text.charAt(at) == 'Z' || text.charAt(at) == 'z')) {
            return 0;
        }
        if (at != text.length() - 6 || text.charAt(at + 3) != ':') {
            throw none();
        }
        int seconds = atMost(23, number(text, at + 1, at + 3)) * 3_600 + atMost(59, number(text, at + 4, at + 6)) * 60;
        return switch (text.charAt(at)) {
            case '+' -> seconds;
            case '-' -> -seconds;
            default -> throw none();
        };
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(text.charAt(i))) {
                throw none();
            }
            number = number * 10 + (text.charAt(i) - '0');
        }
        return number;
    }

    private static int atMost(int max, int number) {
        if (number > max) {
            throw none();
        }
        return number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static DateTimeException none() {
        return new DateTimeException("not a date-time of RFC 3339");
    }
}
