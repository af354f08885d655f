package dev.tollgate.api.usage;

import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.format.Table;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Filter;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.parameter.Windows;
import dev.tollgate.api.query.Database;
import dev.tollgate.api.query.RowConsumer;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an answer, in the order of the query; with {@code fill=zero} those of windows without usage between them.
 * One per answer, since it sums as it goes.
 */
final class UsageRows {
    private final UsageRequest request;
    private final Map<String, Long> totals = new TreeMap<>();

    UsageRows(UsageRequest request) {
        this.request = request;
    }

    /** What is used in all rows together, by meter; complete when all rows were handed on. */
    Map<String, Long> totals() {
        return totals;
    }

    /** The table; asks ClickHouse when its rows are asked for. */
    Table table(Database database, Viewer viewer) {
        List<String> columns = new ArrayList<>(List.of("from", "to", "meter"));
        request.groups().stream().map(Dimension::name).forEach(columns::add);
        if (request.top() > 0) {
            columns.add("other");
        }
        columns.add("used");
        if (request.late()) {
            columns.add("late");
        }
        if (request.events()) {
            columns.add("events");
        }
        return new Table(columns, sink -> {
            Writing writing = new Writing(sink);
            RowConsumer rows = row -> writing.accept(figure(row));
            if (request.format().isStreamed()) {
                database.export(UsageQuery.of(request, viewer), rows);
            } else {
                database.query(UsageQuery.of(request, viewer), rows);
            }
            writing.end();
        });
    }

    private Figure figure(ResultSet row) throws SQLException {
        List<String> groups = new ArrayList<>(request.groups().size());
        for (int i = 0; i < request.groups().size(); i++) {
            groups.add(row.getString(7 + i));
        }
        return new Figure(
                new Series(row.getString(2), row.getInt(3) == 1, groups),
                row.getLong(1),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6));
    }

    /** Whose usage over time it is. */
    private record Series(String meter, boolean named, List<String> groups) {}

    private record Figure(Series series, long start, long used, long late, long events) {}

    /** Hands on rows and, where that is asked for, those of the windows between them. */
    private final class Writing {
        private final Table.Sink sink;
        private final TimeRange range = request.windows().range();
        private final TreeSet<String> meters = new TreeSet<>();
        private @Nullable Series series;
        private long next;
        private boolean wanted = true;

        Writing(Table.Sink sink) {
            this.sink = sink;
        }

        boolean accept(Figure figure) throws IOException {
            if (request.zeros()) {
                if (!figure.series().equals(series)) {
                    fillTo(range.to().toEpochMilli());
                    series = figure.series();
                    next = range.from().toEpochMilli();
                    meters.add(series.meter());
                }
                fillTo(figure.start());
                next = request.windows().next(figure.start());
            }
            totals.merge(figure.series().meter(), figure.used(), Math::addExact);
            return write(figure);
        }

        /** Rows for the windows from the next one up to a time. */
        private void fillTo(long end) throws IOException {
            Series filled = series;
            while (filled != null && next < end && wanted) {
                write(new Figure(filled, next, 0, 0, 0));
                next = request.windows().next(next);
            }
        }

        void end() throws IOException {
            if (!request.zeros()) {
                return;
            }
            fillTo(range.to().toEpochMilli());
            if (request.groups().isEmpty()) {
                for (String meter : namedMeters()) {
                    if (meters.add(meter)) {
                        series = new Series(meter, true, List.of());
                        next = range.from().toEpochMilli();
                        fillTo(range.to().toEpochMilli());
                    }
                }
            }
        }

        /** Meters that the request names: they have rows even if nothing was used at all. */
        private List<String> namedMeters() {
            return request.filters().stream()
                    .filter(filter -> filter.dimension().isMeter() && filter.operator() == Filter.Operator.IN)
                    .flatMap(filter -> filter.values().stream())
                    .toList();
        }

        private boolean write(Figure figure) throws IOException {
            Windows windows = request.windows();
            List<@Nullable Object> row = new ArrayList<>();
            row.add(range.text(figure.start()));
            row.add(range.text(windows.next(figure.start())));
            row.add(figure.series().meter());
            figure.series().groups().forEach(value -> row.add(figure.series().named() ? value : null));
            if (request.top() > 0) {
                row.add(!figure.series().named());
            }
            row.add(figure.used());
            if (request.late()) {
                row.add(figure.late());
            }
            if (request.events()) {
                row.add(figure.events());
            }
            wanted = sink.accept(row);
            return wanted;
        }
    }
}
