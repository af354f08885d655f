package dev.tollgate.api.list;

import dev.tollgate.api.format.Freshness;
import dev.tollgate.api.format.Table;
import dev.tollgate.api.format.TableAnswer;
import dev.tollgate.api.query.Position;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a list out of memory. It orders, filters and cuts as {@link ListQuery} lets ClickHouse do, so that
 * pages may come from either.
 */
final class LiveAnswer {
    private final Listing listing;
    private final ListRequest request;
    private final LiveRows live;

    LiveAnswer(Listing listing, ListRequest request, LiveRows live) {
        this.listing = listing;
        this.request = request;
        this.live = live;
    }

    Answer of(Exchange exchange) throws IOException {
        List<LiveRows.Row> rows = chosen();
        boolean more = !request.format().isStreamed() && rows.size() > request.limit();
        List<LiveRows.Row> page = more ? rows.subList(0, request.limit()) : rows;
        String next = more ? cursorAt(page.getLast()) : null;
        Position position = new Position(live.asOfMillis(), live.streamMillis(), live.lagMillis(), "");
        Freshness freshness = Freshness.of(position, exchange, request.range().zone());
        Answer answer = TableAnswer.of(
                request.format(),
                new Table(listing.columns().stream().map(Column::name).toList(), sink -> {
                    for (LiveRows.Row row : page) {
                        sink.accept(values(row));
                    }
                }),
                "items",
                request.limit(),
                listing.name(),
                json -> {
                    freshness.write(json);
                    json.writeStringField("time_zone", request.range().zone().getId());
                    json.writeStringField("source", live.source());
                    json.writeNumberField("behind_ms", live.behindMillis());
                },
                json -> json.writeStringField("next", next));
        return freshness.headers(
                next == null
                        ? answer
                        : answer.with("Link", NextLink.of(exchange.request().getHttpURI(), next)),
                null);
    }

    private List<LiveRows.Row> chosen() {
        Comparator<List<String>> order = LiveAnswer::compare;
        Cursor cursor = request.cursor();
        return live.rows().stream()
                .filter(row -> request.filters().stream()
                        .allMatch(filter -> filter.matches(
                                row.dimensions().getOrDefault(filter.dimension().name(), ""))))
                .filter(row -> cursor == null || order.compare(row.keys(), cursor.keys()) > 0)
                .sorted(Comparator.comparing(LiveRows.Row::keys, order))
                .toList();
    }

    /** By code points, which is how ClickHouse orders the bytes of UTF-8. */
    private static int compare(List<String> one, List<String> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int[] ones = one.get(i).codePoints().toArray();
            int[] others = other.get(i).codePoints().toArray();
            int compared = java.util.Arrays.compare(ones, others);
            if (compared != 0) {
                return compared;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    private String cursorAt(LiveRows.Row row) {
        return new Cursor(
                        request.question(),
                        request.range().from().toEpochMilli(),
                        request.range().to().toEpochMilli(),
                        row.keys())
                .text();
    }

    private List<@Nullable Object> values(LiveRows.Row row) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Column column : listing.columns()) {
            Object value = row.values().get(column.name());
            values.add(value instanceof Instant time ? request.range().text(time.toEpochMilli()) : value);
        }
        return values;
    }
}
