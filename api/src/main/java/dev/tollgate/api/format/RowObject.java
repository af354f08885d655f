package dev.tollgate.api.format;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row's values as members of an object that has others as well. */
public final class RowObject {
    private RowObject() {}

    /**
     * Writes them.
     *
     * @param columns their names
     * @param row a value for each; texts, whole numbers, flags, null, or lists and maps of these
     */
    public static void write(JsonGenerator json, List<String> columns, List<? extends @Nullable Object> row)
            throws IOException {
        for (int i = 0; i < columns.size(); i++) {
            json.writeFieldName(columns.get(i));
            RowJson.value(json, row.get(i));
        }
    }
}
