package dev.tollgate.api.list;

import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.query.Statement;
import java.util.List;

/**
 * The accounts that a request is about.
 *
 * @param viewer who asks
 * @param accounts that are asked for; empty for all that may be seen
 * @param perAccount whether the rows are of accounts at all
 */
public record Scope(Viewer viewer, List<String> accounts, boolean perAccount) {
    public Scope {
        accounts = List.copyOf(accounts);
    }

    /** Adds {@code AND} and that the row is of one of them, or nothing if all rows are. */
    public void addTo(Statement statement) {
        if (!perAccount) {
            return;
        }
        if (accounts.size() == 1) {
            // Of an equation ClickHouse knows that the rest of the table's sort key orders the rows.
            statement.sql(" AND account_id = ").value(accounts.getFirst());
        } else if (!accounts.isEmpty()) {
            statement.sql(" AND account_id IN ").values(accounts);
        }
        viewer.restrict(statement);
    }
}
