package dev.tollgate.api.list;

import dev.tollgate.api.format.RowFormat;
import dev.tollgate.api.parameter.Filter;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.http.Exchange;
import dev.tollgate.schemas.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants to see of a list.
 *
 * @param range of the rows' time; everything for a list without one
 * @param accounts ids; empty for all that may be seen
 * @param filters conditions, all of which hold
 * @param condition one that is the list's own
 * @param limit how many rows a page has at most; without meaning where the format is streamed
 * @param cursor where the page before ended; null for the first
 * @param format of the answer
 * @param question short digest of all that must be the same on every page
 */
record ListRequest(
        TimeRange range,
        List<String> accounts,
        List<Filter> filters,
        Listing.Condition condition,
        int limit,
        @Nullable Cursor cursor,
        RowFormat format,
        String question) {

    /** The variable of a path that names an account. */
    static final String ACCOUNT = "account";

    private static final String CURSOR = "cursor";
    private static final String LIMIT = "limit";
    private static final int MAX_LIMIT = 1_000;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_ACCOUNTS = 100;

    ListRequest {
        accounts = List.copyOf(accounts);
        filters = List.copyOf(filters);
    }

    /** Every parameter of a list, as the API document must list them. */
    static List<String> parameters(Listing listing, boolean accountInPath) {
        List<String> parameters = new ArrayList<>();
        if (listing.time() != null) {
            parameters.addAll(TimeRange.PARAMETERS);
        } else {
            parameters.add("time_zone");
        }
        if (listing.perAccount() && !accountInPath) {
            parameters.add(ACCOUNT);
        }
        parameters.add("filter");
        parameters.addAll(listing.parameters());
        parameters.addAll(List.of(CURSOR, LIMIT, RowFormat.PARAMETER));
        return List.copyOf(parameters);
    }

    static ListRequest read(Exchange exchange, Listing listing, boolean accountInPath, Instant now) {
        Parameters parameters = Parameters.of(exchange, parameters(listing, accountInPath));
        List<String> accounts = accounts(exchange, parameters, listing, accountInPath);
        ListRequest request =
                read(parameters, listing, accounts, RowFormat.read(parameters, exchange), exchange.path(), now);
        parameters.throwIfProblems();
        return request;
    }

    private static List<String> accounts(
            Exchange exchange, Parameters parameters, Listing listing, boolean accountInPath) {
        if (accountInPath) {
            return List.of(exchange.variable(ACCOUNT));
        }
        return listing.perAccount() ? parameters.split(ACCOUNT) : List.of();
    }

    /** Reads all but what path and headers say; problems are in the parameters. */
    static ListRequest read(
            Parameters parameters, Listing listing, List<String> accounts, RowFormat format, String path, Instant now) {
        accounts.stream()
                .filter(account -> account.indexOf('\0') >= 0)
                .forEach(account -> parameters.problem(ACCOUNT, account.replace('\0', ' '), "a text without U+0000"));
        if (accounts.size() > MAX_ACCOUNTS) {
            parameters.problem(ACCOUNT, accounts.size() + " accounts", "at most " + MAX_ACCOUNTS + " accounts");
        }
        // The rows of an account are few, and found without a time.
        TimeRange range = listing.time() == null
                ? TimeRange.everything(parameters)
                : TimeRange.read(parameters, now, !accounts.isEmpty());
        String question = digest(path + "\n" + parameters.text(Set.of(CURSOR, LIMIT, RowFormat.PARAMETER)));
        Cursor cursor = parameters.parsed(
                CURSOR, text -> cursor(text, listing, question), "what next had in an answer to the same question");
        int limit = parameters.number(LIMIT, 1, MAX_LIMIT, DEFAULT_LIMIT);
        if (format.isStreamed()) {
            for (String name : List.of(CURSOR, LIMIT)) {
                String text = parameters.text(name);
                if (text != null) {
                    parameters.problem(name, text, "left out where all rows are streamed (CSV, NDJSON)");
                }
            }
        }
        return new ListRequest(
                cursor == null
                        ? range
                        : new TimeRange(
                                Instant.ofEpochMilli(cursor.fromMillis()),
                                Instant.ofEpochMilli(cursor.toMillis()),
                                range.zone()),
                accounts,
                Filter.read(parameters, listing.dimensions()),
                listing.condition(parameters),
                limit,
                cursor,
                format,
                question);
    }

    private static @Nullable Cursor cursor(String text, Listing listing, String question) {
        Cursor cursor = Cursor.parse(text);
        if (cursor == null
                || !cursor.question().equals(question)
                || !TimeRange.isWithin(cursor.fromMillis(), cursor.toMillis())
                || cursor.keys().size() != listing.order().size()) {
            return null;
        }
        for (int i = 0; i < cursor.keys().size(); i++) {
            if (!listing.order().get(i).accepts(cursor.keys().get(i))) {
                return null;
            }
        }
        return cursor;
    }

    private static String digest(String question) {
        return HexFormat.of().formatHex(Sha256.digest().digest(question.getBytes(StandardCharsets.UTF_8)), 0, 8);
    }

    /** Everything that the answer depends on beside the rows. */
    String text() {
        return question + " " + range + " " + limit + " " + (cursor == null ? "" : cursor.keys()) + " " + format;
    }
}
