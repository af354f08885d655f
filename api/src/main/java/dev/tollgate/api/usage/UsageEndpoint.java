package dev.tollgate.api.usage;

import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.access.ViewerEndpoint;
import dev.tollgate.api.format.Freshness;
import dev.tollgate.api.format.TableAnswer;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.query.Database;
import dev.tollgate.api.query.Position;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** {@code GET /v1/usage}. */
public final class UsageEndpoint implements ViewerEndpoint {
    /** The parameters that it knows. */
    public static final List<String> PARAMETERS = UsageRequest.PARAMETERS;

    private static final int MAX_JSON_ROWS = 10_000;

    private final Database database;
    private final InstantSource clock;

    public UsageEndpoint(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public Answer answer(Exchange exchange, Viewer viewer) throws IOException {
        UsageRequest request = UsageRequest.read(exchange, clock.instant());
        viewer.require(request.accounts());
        // Before the rows, so that what is said of their freshness is the least that holds.
        Position position = Position.of(database, "request_journal");
        Freshness freshness =
                Freshness.of(position, exchange, request.windows().range().zone());
        String tag = position.entityTag(viewer.token().accounts() + " " + request);
        if (freshness.isKnown(tag)) {
            return freshness.notModified(tag);
        }
        UsageRows rows = new UsageRows(request);
        TimeRange range = request.windows().range();
        Answer answer = TableAnswer.of(
                request.format(),
                rows.table(database, viewer),
                "rows",
                MAX_JSON_ROWS,
                "usage-" + range.from().atZone(range.zone()).toLocalDate(),
                json -> {
                    freshness.write(json);
                    json.writeStringField("time_zone", range.zone().getId());
                    json.writeStringField("from", range.text(range.from().toEpochMilli()));
                    json.writeStringField("to", range.text(range.to().toEpochMilli()));
                },
                json -> {
                    json.writeObjectFieldStart("total");
                    for (var total : rows.totals().entrySet()) {
                        json.writeNumberField(total.getKey(), total.getValue());
                    }
                    json.writeEndObject();
                });
        return freshness.headers(answer, tag);
    }
}
