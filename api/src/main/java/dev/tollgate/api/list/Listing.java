package dev.tollgate.api.list;

import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.query.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table that can be listed. All texts of SQL are ours; values get in through {@link Statement} alone. */
public interface Listing {
    /** In kebab-case, for the names of files. */
    String name();

    /** The table whose position says how fresh the answer is, and whether it is the same as before. */
    String table();

    /** Further tables that rows come from. */
    default List<String> moreTables() {
        return List.of();
    }

    /** Whether rows are of accounts; else only those see them whose token is for all accounts. */
    default boolean perAccount() {
        return true;
    }

    /** Whether the answer also depends on what time it is, so that no entity tag can say that it is the same. */
    default boolean dependsOnNow() {
        return false;
    }

    /** Adds what stands behind {@code FROM}; it has the column {@code account_id} unless the list is of no account. */
    default void source(Statement statement, Scope scope) {
        statement.sql(table() + " FINAL");
    }

    /** Column of the time that {@code from}, {@code to} and {@code period} are about; null if the list has none. */
    @Nullable
    String time();

    /** Members of each row, in order. */
    List<Column> columns();

    /** What can be filtered by. */
    Dimensions dimensions();

    /** What the rows are ordered by; together unique. */
    List<SortKey> order();

    /** Whether the greatest of {@link #order} come first. */
    default boolean descending() {
        return true;
    }

    /** Names of parameters beside those that all lists have. */
    default List<String> parameters() {
        return List.of();
    }

    /** Reads them; what is wrong is noted there. */
    default Condition condition(Parameters parameters) {
        return (statement, scope) -> {};
    }

    /**
     * Adds what is joined to the rows of a page, which are called {@code entry}. It must not change their number.
     *
     * @param page adds {@code SELECT} of the page's rows, to look up no others; null if there is no page
     */
    default void join(Statement statement, Scope scope, @Nullable Runnable page) {}

    /** A condition of a request. */
    @FunctionalInterface
    interface Condition {
        /** Adds {@code AND} and the condition, or nothing. */
        void addTo(Statement statement, Scope scope);
    }
}
