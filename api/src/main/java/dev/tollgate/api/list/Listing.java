package dev.tollgate.api.list;

import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.query.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table that can be listed: where its rows come from, what they are ordered and filtered by, and what is shown of
 * them. All texts of SQL are ours; values get in through {@link Statement} alone.
 *
 * <pre>{@code
 * Listing.of("plans", "plan_version")
 *         .ofNoAccount()
 *         .ascending(SortKey.text("plan_id"), SortKey.number("plan_version"))
 *         .filters(Dimensions.of(Dimension.of("plan", "plan_id")))
 *         .columns(Column.text("plan", "plan_id"), Column.number("plan_version", "plan_version"));
 * }</pre>
 */
public final class Listing {
    private final String name;
    private final String table;
    private final List<String> moreTables;
    private final boolean perAccount;
    private final boolean dependsOnNow;
    private final Source source;
    private final @Nullable String time;
    private final List<SortKey> order;
    private final boolean descending;
    private final Dimensions dimensions;
    private final List<String> parameters;
    private final ConditionReader condition;
    private final Join join;
    private final boolean alsoLive;
    private final List<Column> columns;

    private Listing(Builder builder, List<Column> columns) {
        this.name = builder.name;
        this.table = builder.table;
        this.moreTables = List.copyOf(builder.moreTables);
        this.perAccount = builder.perAccount;
        this.dependsOnNow = builder.dependsOnNow;
        this.source = builder.source;
        this.time = builder.time;
        this.order = List.copyOf(builder.order);
        this.descending = builder.descending;
        this.dimensions = builder.dimensions;
        this.parameters = List.copyOf(builder.parameters);
        this.condition = builder.condition;
        this.join = builder.join;
        this.alsoLive = builder.alsoLive;
        this.columns = List.copyOf(columns);
        if (order.isEmpty()) {
            throw new IllegalArgumentException("the list " + name + " has no order, so it cannot be cut into pages");
        }
    }

    /**
     * Begins the description of a list whose rows are those of accounts.
     *
     * @param name in kebab-case, for the names of files
     * @param table the table whose position says how fresh the answer is, and whether it is the same as before; rows
     *     are its own, the newest of each, unless {@link Builder#source} says otherwise
     */
    public static Builder of(String name, String table) {
        return new Builder(name, table);
    }

    String name() {
        return name;
    }

    String table() {
        return table;
    }

    /** Further tables that rows come from. */
    List<String> moreTables() {
        return moreTables;
    }

    /** Whether rows are of accounts; else only those see them whose token is for all accounts. */
    boolean perAccount() {
        return perAccount;
    }

    /** Whether the answer also depends on what time it is, so that no entity tag can say that it is the same. */
    boolean dependsOnNow() {
        return dependsOnNow;
    }

    /** Adds what stands behind {@code FROM}. */
    void addSource(Statement statement, Scope scope) {
        source.addTo(statement, scope);
    }

    /** Column of the time that {@code from}, {@code to} and {@code period} are about; null if the list has none. */
    @Nullable
    String time() {
        return time;
    }

    /** What the rows are ordered by; together unique. */
    List<SortKey> order() {
        return order;
    }

    /** Whether the greatest of {@link #order} come first. */
    boolean descending() {
        return descending;
    }

    /** What can be filtered by. */
    Dimensions dimensions() {
        return dimensions;
    }

    /** Names of parameters beside those that all lists have. */
    List<String> parameters() {
        return parameters;
    }

    /** Reads them; what is wrong is noted there. */
    Condition condition(Parameters values) {
        return condition.read(values);
    }

    /** Adds what is joined to the rows of a page. */
    void addJoin(Statement statement, Scope scope, @Nullable Runnable page) {
        join.addTo(statement, scope, page);
    }

    /** Whether the answer says by {@code source} where its rows are from, since they may be those of a topic. */
    boolean isAlsoLive() {
        return alsoLive;
    }

    /** Members of each row, in order. */
    List<Column> columns() {
        return columns;
    }

    /** Where rows come from. */
    @FunctionalInterface
    public interface Source {
        /** Adds what stands behind {@code FROM}; it has the column {@code account_id} where rows are of accounts. */
        void addTo(Statement statement, Scope scope);
    }

    /** A condition of a request. */
    @FunctionalInterface
    public interface Condition {
        /** One that always holds. */
        Condition NONE = (statement, scope) -> {};

        /** Adds {@code AND} and the condition, or nothing. */
        void addTo(Statement statement, Scope scope);
    }

    /** Makes a condition of parameters. */
    @FunctionalInterface
    public interface ConditionReader {
        /** Reads the list's own parameters; what is wrong is noted there. */
        Condition read(Parameters parameters);
    }

    /** What is looked up for the rows of a page. */
    @FunctionalInterface
    public interface Join {
        /**
         * Adds what is joined to the rows of a page, which are called {@code entry}. It must not change their number.
         *
         * @param page adds {@code SELECT} of the page's rows, to look up no others; null if there is no page
         */
        void addTo(Statement statement, Scope scope, @Nullable Runnable page);
    }

    /** The description of a list, as far as it is given. {@link #columns} ends it. */
    public static final class Builder {
        private final String name;
        private final String table;
        private final List<String> moreTables = new ArrayList<>();
        private boolean perAccount = true;
        private boolean dependsOnNow;
        private Source source;
        private @Nullable String time;
        private List<SortKey> order = List.of();
        private boolean descending;
        private Dimensions dimensions = Dimensions.of();
        private List<String> parameters = List.of();
        private ConditionReader condition = values -> Condition.NONE;
        private Join join = (statement, scope, page) -> {};
        private boolean alsoLive;

        private Builder(String name, String table) {
            this.name = name;
            this.table = table;
            this.source = (statement, scope) -> statement.sql(table + " FINAL");
        }

        /** Another table that rows come from. */
        public Builder alsoFrom(String other) {
            moreTables.add(other);
            return this;
        }

        /** Rows are of no account: only those see them whose token is for all accounts. */
        public Builder ofNoAccount() {
            perAccount = false;
            return this;
        }

        /** The answer also depends on what time it is, so that no entity tag can say that it is the same. */
        public Builder dependsOnNow() {
            dependsOnNow = true;
            return this;
        }

        /** Where rows come from. */
        public Builder source(Source rows) {
            source = rows;
            return this;
        }

        /** Rows are those of the table, in which no row stands twice. */
        public Builder sourceWithoutDuplicates() {
            return source((statement, scope) -> statement.sql(table));
        }

        /** Column of the time that {@code from}, {@code to} and {@code period} are about. */
        public Builder time(String column) {
            time = column;
            return this;
        }

        /** The smallest come first. */
        public Builder ascending(SortKey... keys) {
            order = List.of(keys);
            descending = false;
            return this;
        }

        /** The greatest come first. */
        public Builder descending(SortKey... keys) {
            order = List.of(keys);
            descending = true;
            return this;
        }

        /** What can be filtered by. */
        public Builder filters(Dimensions filters) {
            dimensions = filters;
            return this;
        }

        /** A parameter beside those that all lists have. */
        public Builder parameter(String parameter, ConditionReader reader) {
            parameters = List.of(parameter);
            condition = reader;
            return this;
        }

        /** What is looked up for the rows of a page. */
        public Builder join(Join joined) {
            join = joined;
            return this;
        }

        /** Rows may also be those of a topic that is followed; {@code source} of the answer says which they are. */
        public Builder alsoLive() {
            alsoLive = true;
            return this;
        }

        /**
         * Ends the description with the members of each row, in order.
         *
         * @throws IllegalArgumentException if the list has no order
         */
        public Listing columns(Column... columns) {
            return new Listing(this, List.of(columns));
        }
    }
}
