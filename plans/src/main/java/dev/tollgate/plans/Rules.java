package dev.tollgate.plans;

import java.time.Duration;
import java.util.regex.Pattern;

/** Bounds and shapes of the values of a plan file. The JSON schema says the same; a test compares the two. */
final class Rules {
    static final int MAX_PLANS = 1_000;
    static final int MAX_VERSIONS = 1_000;
    static final int MAX_METERS = 16;
    static final int MAX_LIMITS = 32;
    static final int MAX_CAPS = 256;
    static final int MAX_ENDPOINTS = 1_000;
    static final int MAX_THRESHOLDS = 8;
    static final int MAX_VERSION = 1_000_000;
    static final int MAX_ENDPOINT_CHARACTERS = 512;

    /** Largest amount and largest cap: 10^15, which leaves room for exact arithmetic on totals that overshoot. */
    static final long MAX_AMOUNT = 1_000_000_000_000_000L;
    /** Largest part of a cost: 10^9. */
    static final long MAX_COST = 1_000_000_000L;

    static final Duration MAX_NOTICE = Duration.ofDays(3_650);
    static final Duration MIN_PERIOD = Duration.ofSeconds(1);
    static final Duration MAX_PERIOD = Duration.ofDays(31);
    /** A sliding window is kept in 60 parts of whole milliseconds. */
    static final long SLIDING_WINDOW_PARTS = 60;
    /** Largest product of amount and period in milliseconds that a leaky bucket can keep exactly. */
    static final long MAX_LEAKY_LEVEL = 1L << 60;

    static final Duration MIN_LEASE = Duration.ofSeconds(1);
    static final Duration MAX_LEASE = Duration.ofDays(1);
    static final Duration MAX_GRACE = Duration.ofDays(1);
    static final Duration DEFAULT_GRACE = Duration.ofMinutes(1);

    static final String UNLIMITED = "unlimited";
    /** Id of the built-in plan of accounts that are on no other. */
    static final String RESERVED_PLAN_ID = "none";

    /** Something to see and no control characters. */
    private static final String ONE_LINE = "(?=.*[^\\s\\p{Z}])[^\\p{Cntrl}]+";

    static final TextRule IDENTIFIER = new TextRule(
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*"),
            64,
            "must have 1 to 64 characters out of A-Z a-z 0-9 . _ - and begin with a letter or digit");
    static final TextRule TITLE =
            new TextRule(Pattern.compile(ONE_LINE), 200, "must have 1 to 200 characters on one line");
    static final TextRule DESCRIPTION =
            new TextRule(Pattern.compile("(?s).*"), 2_000, "must have at most 2000 characters");
    static final TextRule UNIT =
            new TextRule(Pattern.compile(ONE_LINE), 64, "must have 1 to 64 characters on one line");
    static final TextRule TIME = new TextRule(
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z"),
            24,
            "must be a UTC time from 1970 on such as 2026-01-01T00:00:00Z");

    private Rules() {}

    /**
     * What a text must look like.
     *
     * @param pattern the whole text
     * @param maxLength most characters, as Java and JavaScript count them
     * @param sentence the same for people, as the rest of a sentence
     */
    record TextRule(Pattern pattern, int maxLength, String sentence) {
        boolean allows(String text) {
            return text.length() <= maxLength && pattern.matcher(text).matches();
        }
    }
}
