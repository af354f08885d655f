package dev.tollgate.sink.internal.table;

import java.util.Arrays;
import java.util.List;

/**
 * The columns of a table, or the elements of a tuple, in the order in which their values are written.
 *
 * @param <T> what a row is made of
 */
final class Columns<T> {
    private final List<String> names;
    private final Column.Writer<T>[] writers;

    @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise.
    private Columns(Column<T>[] columns) {
        this.names = Arrays.stream(columns).map(Column::name).toList();
        this.writers = Arrays.stream(columns).map(Column::writer).toArray(Column.Writer[]::new);
    }

    @SafeVarargs
    static <T> Columns<T> of(Column<T>... columns) {
        return new Columns<>(columns);
    }

    List<String> names() {
        return names;
    }

    /** Appends one row. */
    void write(RowWriter row, T value, RecordPosition position) {
        for (Column.Writer<T> writer : writers) {
            writer.write(row, value, position);
        }
    }
}
