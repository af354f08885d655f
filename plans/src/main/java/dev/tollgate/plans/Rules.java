package dev.tollgate.plans;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.Cost;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Bounds and shapes of the values of a plan file: those of the plan model, and what is narrower in a file. The JSON
 * schema says the same; a test compares the two.
 */
final class Rules {
    static final int MAX_PLANS = 1_000;
    static final int MAX_VERSIONS = 1_000;
    static final int MAX_METERS = PlanVersion.MAX_METERS;
    static final int MAX_LIMITS = PlanVersion.MAX_LIMITS;
    static final int MAX_CAPS = 256;
    static final int MAX_ENDPOINTS = 1_000;
    static final int MAX_THRESHOLDS = Limit.MAX_THRESHOLDS;
    static final int MAX_VERSION = 1_000_000;

    /** Largest amount and largest cap. */
    static final long MAX_AMOUNT = Amount.MAX_UNITS;
    /** Largest part of a cost. */
    static final long MAX_COST = Cost.MAX;

    static final Duration MAX_NOTICE = Duration.ofDays(3_650);
    static final Duration MIN_PERIOD = Duration.ofSeconds(1);
    static final Duration MAX_PERIOD = Duration.ofMillis(Algorithm.MAX_PERIOD_MILLIS);
    /** A sliding window is kept in parts of whole milliseconds. */
    static final long SLIDING_WINDOW_PARTS = Algorithm.SlidingWindow.SUB_BUCKETS;

    static final Duration MIN_LEASE = Duration.ofSeconds(1);
    static final Duration MAX_LEASE = Duration.ofDays(1);
    static final Duration MAX_GRACE = Duration.ofMillis(Limit.MAX_GRACE_MILLIS);
    static final Duration DEFAULT_GRACE = Duration.ofMillis(Limit.DEFAULT_GRACE_MILLIS);

    static final String UNLIMITED = "unlimited";
    /** Id of the built-in plan of accounts that are on no other. */
    static final String RESERVED_PLAN_ID = PlanVersion.NONE.planId();

    /** Something to see and no control characters. */
    private static final String ONE_LINE = "(?=.*[^\\s\\p{Z}])[^\\p{Cntrl}]+";

    static final TextRule IDENTIFIER = new TextRule(
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*"),
            Bounds.MAX_NAME_CHARACTERS,
            "must have 1 to " + Bounds.MAX_NAME_CHARACTERS
                    + " characters out of A-Z a-z 0-9 . _ - and begin with a letter or digit");
    static final TextRule TITLE = new TextRule(
            Pattern.compile(ONE_LINE),
            Bounds.MAX_TITLE_CHARACTERS,
            "must have 1 to " + Bounds.MAX_TITLE_CHARACTERS + " characters on one line");
    static final TextRule DESCRIPTION =
            new TextRule(Pattern.compile("(?s).*"), 2_000, "must have at most 2000 characters");
    static final TextRule UNIT = new TextRule(
            Pattern.compile(ONE_LINE),
            Bounds.MAX_UNIT_CHARACTERS,
            "must have 1 to " + Bounds.MAX_UNIT_CHARACTERS + " characters on one line");
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
