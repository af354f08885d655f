package dev.tollgate.testkit.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can happen in a scenario, and how a line says it. */
public enum Verb {
    /** A service reports a call. */
    CALL(
            1,
            Integer.MAX_VALUE,
            "ID [ENDPOINT]",
            "project",
            "key",
            "outcome",
            "units",
            "tokens",
            "items",
            "happened",
            "show",
            "times",
            "every"),
    /** A service reports that a call has begun; a {@link #CALL} of the same id ends it. */
    START(1, Integer.MAX_VALUE, "ID [ENDPOINT]", "project", "key", "units", "happened", "show", "times", "every"),
    /** A service asks its gate whether a call may go ahead. Nothing is called. */
    ASK(1, Integer.MAX_VALUE, "ENDPOINT", "project", "key", "units", "tokens", "items", "show"),
    /** The account gets a plan. */
    ASSIGN(1, 2, "PLAN [keep|reset|scale]", "from", "reason", "by"),
    /** The account gets an amount of its own for one limit. */
    OVERRIDE(2, 2, "LIMIT AMOUNT|unlimited|none", "from", "reason", "by"),
    /** The account is exempt from its limits, or not any more. */
    EXEMPT(1, 1, "yes|no", "from", "reason", "by"),
    /** The account's windows of a day and longer follow a calendar of its own; without options that of its plan. */
    CALENDAR(0, 0, "", "zone", "month", "day", "weekday", "hour", "from", "reason", "by"),
    /** Every call of the account is to be denied. */
    SUSPEND(0, 0, "", "until", "from", "reason", "by"),
    /** A suspension ends. */
    REINSTATE(0, 0, "", "from", "reason", "by"),
    /** A call that was reported is taken back. */
    VOID(1, 1, "ID", "show", "reason", "by"),
    /** A call that was reported was another one. */
    AMEND(1, 1, "ID", "endpoint", "outcome", "units", "tokens", "items", "show", "reason", "by"),
    /** Time passes. */
    WAIT(0, 0, "");

    private final int fewest;
    private final int most;
    private final String arguments;
    private final List<String> options;

    Verb(int fewest, int most, String arguments, String... options) {
        this.fewest = fewest;
        this.most = most;
        this.arguments = arguments;
        this.options = List.of(options);
    }

    /** The verb as scenarios write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How a line with this verb reads, for messages. */
    String usage() {
        return (word() + " " + arguments).strip()
                + options.stream().map(option -> " [" + option + "=…]").collect(Collectors.joining());
    }

    boolean takes(int argumentCount) {
        return argumentCount >= fewest && argumentCount <= most;
    }

    boolean knows(String option) {
        return options.contains(option);
    }

    static @Nullable Verb of(String word) {
        return Arrays.stream(values())
                .filter(verb -> verb.word().equals(word))
                .findFirst()
                .orElse(null);
    }

    static String words() {
        return Arrays.stream(values()).map(Verb::word).collect(Collectors.joining(", "));
    }
}
