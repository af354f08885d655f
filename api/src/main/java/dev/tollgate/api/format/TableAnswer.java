package dev.tollgate.api.format;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.tollgate.api.problem.ApiProblem;
import dev.tollgate.http.Answer;
import dev.tollgate.http.JsonMembers;
import dev.tollgate.http.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table as the answer to a request. JSON is made whole, of a bounded number of rows; CSV and NDJSON are streamed. */
public final class TableAnswer {
    private TableAnswer() {}

    /**
     * The answer.
     *
     * @param rowsName what the member of the rows is called in JSON
     * @param maxRows of JSON; more are a problem, since a part must not be taken for the whole
     * @param file name for a browser that saves it, without its ending; letters, digits and {@code . _ -}
     * @param before members of JSON before the rows
     * @param after members of JSON behind the rows, asked for when all rows are there
     */
    public static Answer of(
            RowFormat format,
            Table table,
            String rowsName,
            int maxRows,
            String file,
            JsonMembers before,
            JsonMembers after)
            throws IOException {
        Answer answer = switch (format) {
            case JSON -> json(table, rowsName, maxRows, before, after);
            case CSV -> Answer.stream(200, format.contentType(), out -> csv(table, out));
            case NDJSON -> Answer.stream(200, format.contentType(), out -> ndjson(table, out));
        };
        return format.isStreamed()
                ? answer.with("Content-Disposition", "attachment; filename=\"" + file + "." + format.extension() + "\"")
                : answer;
    }

    private static Answer json(Table table, String rowsName, int maxRows, JsonMembers before, JsonMembers after)
            throws IOException {
        List<List<? extends @Nullable Object>> rows = new ArrayList<>();
        table.rows().forEach(row -> {
            if (rows.size() == maxRows) {
                throw new ProblemException(Answer.problem(
                        ApiProblem.TOO_MANY_ROWS,
                        "the answer has more than " + maxRows + " rows; ask for text/csv or application/x-ndjson, which"
                                + " have no bound, or for a shorter time, a longer window, fewer groups or top"));
            }
            return rows.add(row);
        });
        return Answer.json(200, json -> {
            before.write(json);
            json.writeArrayFieldStart(rowsName);
            for (List<? extends @Nullable Object> row : rows) {
                RowJson.object(json, table.columns(), row);
            }
            json.writeEndArray();
            after.write(json);
        });
    }

    private static void csv(Table table, OutputStream out) throws IOException {
        out.write(Csv.line(table.columns()).getBytes(StandardCharsets.UTF_8));
        table.rows().forEach(row -> {
            out.write(Csv.line(row).getBytes(StandardCharsets.UTF_8));
            return true;
        });
    }

    private static void ndjson(Table table, OutputStream out) throws IOException {
        boolean[] any = {false};
        try (JsonGenerator json =
                RowJson.FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.setRootValueSeparator(new SerializedString("\n"));
            table.rows().forEach(row -> {
                RowJson.object(json, table.columns(), row);
                any[0] = true;
                return true;
            });
        }
        if (any[0]) {
            out.write('\n');
        }
    }
}
