package dev.tollgate.api.format;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows under names. Values are texts, whole numbers, flags, null, or lists and maps of these.
 *
 * @param columns names, which JSON uses as they are and CSV in its first line
 * @param rows where they come from
 */
public record Table(List<String> columns, Source rows) {
    public Table {
        columns = List.copyOf(columns);
    }

    /** Hands on rows. */
    @FunctionalInterface
    public interface Source {
        /**
         * Hands on all rows, in order, until the sink wants no more.
         *
         * @throws IOException if the sink cannot take one
         */
        void forEach(Sink sink) throws IOException;
    }

    /** Takes rows. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes a row with a value for each column.
         *
         * @return whether more rows are wanted
         * @throws IOException if it cannot be written
         */
        boolean accept(List<? extends @Nullable Object> row) throws IOException;
    }
}
