package dev.tollgate.api.list;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.access.ViewerEndpoint;
import dev.tollgate.api.format.Freshness;
import dev.tollgate.api.format.Table;
import dev.tollgate.api.format.TableAnswer;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.query.Database;
import dev.tollgate.api.query.Position;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET} of a list: a page of it as JSON, or all of it as CSV or NDJSON. */
public final class ListEndpoint implements ViewerEndpoint {
    private final Database database;
    private final InstantSource clock;
    private final Listing listing;
    private final boolean accountInPath;
    private final LiveSource live;

    private ListEndpoint(
            Database database, InstantSource clock, Listing listing, boolean accountInPath, LiveSource live) {
        this.database = database;
        this.clock = clock;
        this.listing = listing;
        this.accountInPath = accountInPath;
        this.live = live;
    }

    /** A list of all accounts, of which the parameter {@code account} chooses some. */
    public static ListEndpoint ofAll(Database database, InstantSource clock, Listing listing) {
        return new ListEndpoint(database, clock, listing, false, LiveSource.NONE);
    }

    /** A list of the account that the path's variable {@code account} names. */
    public static ListEndpoint ofAccount(Database database, InstantSource clock, Listing listing) {
        return new ListEndpoint(database, clock, listing, true, LiveSource.NONE);
    }

    /**
     * A list of the account that the path's variable {@code account} names, out of memory where that has it.
     *
     * @param live rows in memory
     */
    public static ListEndpoint ofLiveAccount(Database database, InstantSource clock, Listing listing, LiveSource live) {
        return new ListEndpoint(database, clock, listing, true, live);
    }

    /** The parameters that it knows. */
    public List<String> parameters() {
        return ListRequest.parameters(listing, accountInPath);
    }

    @Override
    public Answer answer(Exchange exchange, Viewer viewer) throws IOException {
        ListRequest request = ListRequest.read(exchange, listing, accountInPath, clock.instant());
        viewer.require(request.accounts());
        if (!listing.perAccount()) {
            viewer.requireAll("the rows of this list");
        }
        LiveRows rows = accountInPath ? live.rows(request.accounts().getFirst(), clock.instant()) : null;
        if (rows != null) {
            return new LiveAnswer(listing, request, rows).of(exchange);
        }
        // Before the rows, so that what is said of their freshness is the least that holds.
        Position position = Position.of(database, listing.table(), listing.moreTables());
        TimeRange range = request.range();
        Freshness freshness = Freshness.of(position, exchange, range.zone());
        String tag = listing.dependsOnNow()
                ? null
                : position.entityTag(viewer.token().accounts() + " " + request.text());
        if (tag != null && freshness.isKnown(tag)) {
            return freshness.notModified(tag);
        }
        Page page = new Page(
                new ListQuery(listing, request, new Scope(viewer, request.accounts(), listing.perAccount())), request);
        Answer answer = TableAnswer.of(
                request.format(),
                new Table(listing.columns().stream().map(Column::name).toList(), page::read),
                "items",
                request.limit(),
                listing.name(),
                json -> {
                    freshness.write(json);
                    json.writeStringField("time_zone", range.zone().getId());
                    if (listing.isAlsoLive()) {
                        json.writeStringField("source", "clickhouse");
                        json.writeNullField("behind_ms");
                    }
                    if (listing.time() != null && !range.isEverything()) {
                        json.writeStringField("from", range.text(range.from().toEpochMilli()));
                        json.writeStringField("to", range.text(range.to().toEpochMilli()));
                    }
                },
                json -> {
                    json.writeFieldName("next");
                    page.writeNext(json);
                });
        String next = page.next();
        return freshness.headers(
                next == null
                        ? answer
                        : answer.with("Link", NextLink.of(exchange.request().getHttpURI(), next)),
                tag);
    }

    /** The rows of an answer; knows whether there are more when they have been read. */
    private final class Page {
        private final ListQuery query;
        private final ListRequest request;
        private @Nullable Cursor last;
        private int count;
        private boolean more;

        Page(ListQuery query, ListRequest request) {
            this.query = query;
            this.request = request;
        }

        void read(Table.Sink sink) throws IOException {
            if (request.format().isStreamed()) {
                database.export(query.statement(0), row -> sink.accept(query.values(row)));
                return;
            }
            List<List<@Nullable Object>> rows = new ArrayList<>();
            // One row more than the page has says whether there is another page.
            database.query(query.statement(request.limit() + 1), row -> {
                more = count == request.limit();
                if (!more) {
                    count++;
                    last = query.cursorAt(row);
                    rows.add(query.values(row));
                }
                return true;
            });
            for (List<@Nullable Object> row : rows) {
                sink.accept(row);
            }
        }

        void writeNext(JsonGenerator json) throws IOException {
            json.writeString(next());
        }

        /** Where the next page begins; null if this is the last. */
        @Nullable
        String next() {
            return more && last != null ? last.text() : null;
        }
    }
}
