package dev.tollgate.api.parameter;

import dev.tollgate.api.query.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rows can be filtered and grouped by: a column of a table, or one of the labels that services attach.
 *
 * @param name in parameters and answers
 * @param column of the table, or an expression over its columns; text of ours
 * @param attribute name of the label; null for a column
 * @param words all values that there are; empty if any text may be one
 */
public record Dimension(
        String name, String column, @Nullable String attribute, List<String> words) {
    public Dimension {
        words = List.copyOf(words);
    }

    /** One whose values may be any text. */
    public static Dimension of(String name, String column) {
        return new Dimension(name, column, null, List.of());
    }

    /** One that has these values and no others. */
    public static Dimension of(String name, String column, List<String> words) {
        return new Dimension(name, column, null, words);
    }

    /** Whether its values are those of meters, which a row of the journal has several of. */
    public boolean isMeter() {
        return name.equals("meter");
    }

    /** Adds the expression of its value, a text. */
    public void addTo(Statement statement) {
        if (attribute == null) {
            statement.sql("CAST(" + column + ", 'String')");
        } else {
            statement.sql("attributes[").value(attribute).sql("]");
        }
    }
}
