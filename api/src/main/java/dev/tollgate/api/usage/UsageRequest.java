package dev.tollgate.api.usage;

import dev.tollgate.api.format.RowFormat;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.parameter.Filter;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.parameter.Windows;
import dev.tollgate.http.Exchange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a request wants to know.
 *
 * @param windows the time span and how it is cut
 * @param accounts ids; empty for all that may be seen
 * @param filters conditions, all of which hold
 * @param groups by what it is split, beside meter and window
 * @param top how many groups of each meter have rows of their own, the others being one; 0 for all
 * @param zeros whether windows without usage have rows as well
 * @param late whether the usage that came too late is shown
 * @param events whether the number of events is shown
 * @param order of the rows
 * @param format of the answer
 */
record UsageRequest(
        Windows windows,
        List<String> accounts,
        List<Filter> filters,
        List<Dimension> groups,
        int top,
        boolean zeros,
        boolean late,
        boolean events,
        Order order,
        RowFormat format) {

    /** Every parameter, as the API document must list them. */
    static final List<String> PARAMETERS = List.of(
            "from",
            "to",
            "period",
            "time_zone",
            "window",
            "account",
            "filter",
            "group_by",
            "top",
            "fill",
            "include",
            "order_by",
            "format");

    private static final int MAX_GROUPS = 4;
    private static final int MAX_TOP = 1_000;
    private static final int MAX_ACCOUNTS = 100;

    /** How rows are ordered. */
    enum Order {
        /** Meter, then group, then time: one series after the other. */
        SERIES,
        /** The most used first. */
        USED
    }

    UsageRequest {
        accounts = List.copyOf(accounts);
        filters = List.copyOf(filters);
        groups = List.copyOf(groups);
    }

    static UsageRequest read(Exchange exchange, Instant now) {
        Parameters parameters = Parameters.of(exchange, PARAMETERS);
        UsageRequest request = read(parameters, RowFormat.read(parameters, exchange), now);
        parameters.throwIfProblems();
        return request;
    }

    /** Reads all but what the headers say; problems are in the parameters. */
    static UsageRequest read(Parameters parameters, RowFormat format, Instant now) {
        TimeRange range = TimeRange.read(parameters, now, false);
        List<String> accounts = parameters.split("account");
        if (accounts.size() > MAX_ACCOUNTS) {
            parameters.problem("account", accounts.size() + " accounts", "at most " + MAX_ACCOUNTS + " accounts");
        }
        List<Dimension> groups = groups(parameters);
        int top = parameters.number("top", 1, MAX_TOP, 0);
        if (top > 0 && groups.isEmpty()) {
            parameters.problem("top", Integer.toString(top), "left out where there is no group_by");
        }
        List<String> include = parameters.list("include", List.of("late", "events"));
        Order order = parameters.list("order_by", List.of("-used")).isEmpty() ? Order.SERIES : Order.USED;
        boolean zeros = !parameters.list("fill", List.of("zero")).isEmpty();
        if (zeros && order == Order.USED) {
            parameters.problem("order_by", "-used", "left out where fill=zero is given");
        }
        return new UsageRequest(
                Windows.read(parameters, range),
                accounts,
                Filter.read(parameters, Dimensions.USAGE),
                groups,
                top,
                zeros,
                include.contains("late"),
                include.contains("events"),
                order,
                format);
    }

    private static List<Dimension> groups(Parameters parameters) {
        List<Dimension> groups = new ArrayList<>();
        for (String name : parameters.split("group_by")) {
            Dimension dimension = Dimensions.USAGE.named(name);
            if (dimension == null || dimension.isMeter()) {
                parameters.problem("group_by", name, Dimensions.USAGE.allowedGroups(name));
            } else {
                groups.add(dimension);
            }
        }
        if (groups.size() > MAX_GROUPS) {
            parameters.problem("group_by", groups.size() + " names", "at most " + MAX_GROUPS + " names");
        }
        return groups;
    }
}
