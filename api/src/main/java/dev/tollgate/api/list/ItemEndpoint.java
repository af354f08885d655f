package dev.tollgate.api.list;

import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.access.ViewerEndpoint;
import dev.tollgate.api.format.Freshness;
import dev.tollgate.api.format.RowFormat;
import dev.tollgate.api.format.RowObject;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.query.Database;
import dev.tollgate.api.query.Position;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.ProblemException;
import dev.tollgate.http.ProblemType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET} of one row of a list by its id, as JSON. */
public final class ItemEndpoint implements ViewerEndpoint {
    /** The variable of the path. */
    private static final String ID = "id";

    private final Database database;
    private final Listing listing;
    private final String idColumn;
    private final ProblemType unknown;

    /**
     * An endpoint.
     *
     * @param idColumn column that the path's variable {@code id} is held against; text of ours
     * @param unknown problem if there is no such row, or none that may be seen
     */
    public ItemEndpoint(Database database, Listing listing, String idColumn, ProblemType unknown) {
        this.database = database;
        this.listing = listing;
        this.idColumn = idColumn;
        this.unknown = unknown;
    }

    /** The parameters that it knows. */
    public List<String> parameters() {
        return List.of("time_zone");
    }

    @Override
    public Answer answer(Exchange exchange, Viewer viewer) throws IOException {
        Parameters parameters = Parameters.of(exchange, parameters());
        TimeRange range = TimeRange.everything(parameters);
        parameters.throwIfProblems();
        String id = exchange.variable(ID);
        Position position = Position.of(database, listing.table(), listing.moreTables());
        Freshness freshness = Freshness.of(position, exchange, range.zone());
        String tag = position.entityTag(viewer.token().accounts() + " " + exchange.path() + " " + range.zone());
        ListRequest request = new ListRequest(
                range,
                List.of(),
                List.of(),
                (statement, scope) -> statement.sql(" AND " + idColumn + " = ").value(id),
                1,
                null,
                RowFormat.JSON,
                "");
        ListQuery query = new ListQuery(listing, request, new Scope(viewer, List.of(), true));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        if (id.indexOf('\0') < 0) {
            database.query(query.statement(1), row -> rows.add(query.values(row)));
        }
        if (rows.isEmpty()) {
            throw new ProblemException(Answer.problem(unknown, "there is none of this id that the token may see"));
        }
        if (freshness.isKnown(tag)) {
            return freshness.notModified(tag);
        }
        Answer answer = Answer.json(200, json -> {
            freshness.write(json);
            RowObject.write(json, listing.columns().stream().map(Column::name).toList(), rows.getFirst());
        });
        return freshness.headers(answer, tag);
    }
}
