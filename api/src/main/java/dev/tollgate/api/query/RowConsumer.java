package dev.tollgate.api.query;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Takes rows one after the other. */
@FunctionalInterface
public interface RowConsumer {
    /**
     * Takes the row that the result stands on.
     *
     * @return whether more rows are wanted
     * @throws IOException if it cannot be handed on
     */
    boolean accept(ResultSet row) throws SQLException, IOException;
}
