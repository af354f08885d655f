package dev.tollgate.testkit.oracle;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A plan as the oracle sees it.
 *
 * @param id plan id
 * @param version its version
 * @param meters what is counted
 * @param limits what is limited
 * @param caps largest single calls
 * @param chargedOutcomes names of the outcomes that are charged
 * @param calendar what windows of a day and longer follow
 */
public record OraclePlan(
        String id,
        int version,
        List<Meter> meters,
        List<Limit> limits,
        List<Cap> caps,
        Set<String> chargedOutcomes,
        OracleCalendar calendar) {

    /** The plan of accounts that are on none: one request a call, no limits. */
    public static final OraclePlan NONE = new OraclePlan(
            "none",
            0,
            List.of(new Meter("requests", new Price(1, 0, 1), List.of())),
            List.of(),
            List.of(),
            Set.of("SUCCESS"));

    /** A plan whose windows follow UTC. */
    public OraclePlan(
            String id,
            int version,
            List<Meter> meters,
            List<Limit> limits,
            List<Cap> caps,
            Set<String> chargedOutcomes) {
        this(id, version, meters, limits, caps, chargedOutcomes, OracleCalendar.UTC);
    }

    public OraclePlan {
        meters = List.copyOf(meters);
        limits = List.copyOf(limits);
        caps = List.copyOf(caps);
        chargedOutcomes = Set.copyOf(chargedOutcomes);
    }

    /**
     * What is counted.
     *
     * @param id meter id
     * @param otherwise price of endpoints that no entry matches
     * @param prices prices by endpoint pattern, in any order
     */
    public record Meter(String id, Price otherwise, List<PricedEndpoint> prices) {
        Price priceOf(String endpoint) {
            PricedEndpoint best = null;
            for (PricedEndpoint candidate : prices) {
                if (matches(candidate.pattern(), endpoint)
                        && (best == null || isMoreSpecific(candidate.pattern(), best.pattern()))) {
                    best = candidate;
                }
            }
            return best == null ? otherwise : best.price();
        }
    }

    /** {@code base + perUnit} for each started {@code unitSize} units. */
    public record Price(long base, long perUnit, long unitSize) {
        long of(@Nullable Long units) {
            long number = units == null ? 1 : units;
            long started = number / unitSize + (number % unitSize == 0 ? 0 : 1);
            return base + perUnit * started;
        }
    }

    /** The price of the endpoints that a pattern matches. */
    public record PricedEndpoint(String pattern, Price price) {}

    /** Whose usage counts together. */
    public enum Scope {
        ACCOUNT,
        PROJECT,
        API_KEY
    }

    /** How usage goes away again. */
    public enum Kind {
        FIXED_WINDOW,
        LEAKY_BUCKET,
        SLIDING_WINDOW,
        CONCURRENCY
    }

    /**
     * What is limited.
     *
     * @param id limit id
     * @param meter meter id
     * @param amount what is allowed; null is unlimited
     * @param kind how usage goes away again
     * @param window for fixed windows SECOND, MINUTE, HOUR, DAY, WEEK, MONTH or YEAR, with a number before it where
     *     there are several: 15 MINUTE; otherwise empty
     * @param lengthMillis period of a leaky bucket, length of a sliding window, lease of a call; otherwise 0
     * @param scope whose usage counts together
     * @param usedBasisPoints thresholds as used shares in hundredths of a percent
     * @param graceMillis how long after its end a window takes events
     */
    public record Limit(
            String id,
            String meter,
            @Nullable Long amount,
            Kind kind,
            String window,
            long lengthMillis,
            Scope scope,
            List<Integer> usedBasisPoints,
            long graceMillis) {

        /** A limit on a fixed window. */
        public Limit(
                String id,
                String meter,
                @Nullable Long amount,
                String window,
                Scope scope,
                List<Integer> usedBasisPoints,
                long graceMillis) {
            this(id, meter, amount, Kind.FIXED_WINDOW, window, 0, scope, usedBasisPoints, graceMillis);
        }

        /** Whether both count the same thing the same way, so that usage can be kept from one to the other. */
        boolean countsLike(Limit other) {
            return id.equals(other.id)
                    && meter.equals(other.meter)
                    && kind == other.kind
                    && window.equals(other.window)
                    && lengthMillis == other.lengthMillis
                    && scope == other.scope;
        }

        /** Key of the bucket that an event counts in. */
        String scopeKey(OracleEvent event) {
            String key = switch (scope) {
                case ACCOUNT -> "";
                case PROJECT -> event.project();
                case API_KEY -> event.apiKey();
            };
            return key == null ? "" : key;
        }

        /** Whether an event cannot count any more; fixed windows as if no change had cut them. */
        boolean isTooLate(long time, long streamTime, OracleCalendar calendar) {
            return switch (kind) {
                case FIXED_WINDOW -> windowEnd(time, calendar) + graceMillis <= streamTime;
                case LEAKY_BUCKET -> streamTime - time > graceMillis;
                case SLIDING_WINDOW -> streamTime / part() - time / part() >= 60;
                case CONCURRENCY -> streamTime >= time + lengthMillis;
            };
        }

        /** Length of one of the sixty parts of a sliding window. */
        long part() {
            return lengthMillis / 60;
        }

        /** Whether windows are others by another calendar. */
        boolean followsCalendar() {
            return kind == Kind.FIXED_WINDOW && OracleCalendar.matters(window);
        }

        long windowStart(long time, OracleCalendar calendar) {
            return calendar.startOf(window, time);
        }

        long windowEnd(long time, OracleCalendar calendar) {
            return calendar.endOf(window, time);
        }
    }

    /**
     * The largest single call.
     *
     * @param pattern which endpoints
     * @param dimension INPUT_TOKENS, OUTPUT_ITEMS or UNITS
     * @param max largest allowed value
     */
    public record Cap(String pattern, String dimension, long max) {}

    /** Whether a call is larger than the most specific cap of some dimension allows. */
    boolean isOverCap(OracleEvent event) {
        return isOver("INPUT_TOKENS", event.endpoint(), event.inputTokens())
                || isOver("OUTPUT_ITEMS", event.endpoint(), event.outputItems())
                || isOver("UNITS", event.endpoint(), event.units());
    }

    private boolean isOver(String dimension, String endpoint, @Nullable Long value) {
        Cap best = null;
        for (Cap cap : caps) {
            if (cap.dimension().equals(dimension)
                    && matches(cap.pattern(), endpoint)
                    && (best == null || isMoreSpecific(cap.pattern(), best.pattern()))) {
                best = cap;
            }
        }
        return best != null && value != null && value > best.max();
    }

    /** Patterns by way of regular expressions. */
    static boolean matches(String pattern, String endpoint) {
        int blank = pattern.indexOf(' ');
        String method = blank < 0 ? "(?:[^ ]+ )?" : "(?i:" + Pattern.quote(pattern.substring(0, blank)) + ") ";
        StringBuilder expression = new StringBuilder(method);
        String[] segments = pattern.substring(blank + 1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            if (i > 0) {
                expression.append('/');
            }
            if (segments[i].equals("*")) {
                expression.append(last ? ".+" : "[^/]+");
            } else if (segments[i].length() > 1 && segments[i].startsWith(":")) {
                expression.append("[^/]+");
            } else {
                expression.append(Pattern.quote(segments[i]));
            }
        }
        return Pattern.compile(expression.toString(), Pattern.DOTALL)
                .matcher(endpoint)
                .matches();
    }

    /** Patterns compare by a word of one letter a segment: literal, one segment, rest; then a method helps. */
    static boolean isMoreSpecific(String first, String second) {
        return rank(first).compareTo(rank(second)) < 0;
    }

    private static String rank(String pattern) {
        int blank = pattern.indexOf(' ');
        StringBuilder word = new StringBuilder();
        String[] segments = pattern.substring(blank + 1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean star = segments[i].equals("*");
            if (star && i == segments.length - 1) {
                word.append('c');
            } else if (star || segments[i].length() > 1 && segments[i].startsWith(":")) {
                word.append('b');
            } else {
                word.append('a');
            }
        }
        // The longer of two words with a common beginning is the more specific one.
        return word + "z" + (blank < 0 ? "1" : "0") + pattern.toUpperCase(Locale.ROOT);
    }
}
