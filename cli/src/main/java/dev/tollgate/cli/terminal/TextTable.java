package dev.tollgate.cli.terminal;

import dev.tollgate.schemas.text.PrintableText;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows in aligned columns; numbers to the right, lists and maps as JSON, control characters escaped. */
public final class TextTable {
    private static final int MAX_WIDTH = 60;

    private TextTable() {}

    public static void print(
            PrintWriter out, List<String> columns, List<? extends List<? extends @Nullable Object>> rows) {
        int[] widths =
                columns.stream().mapToInt(column -> text(column).length()).toArray();
        boolean[] numeric = new boolean[widths.length];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            numeric[i] = !rows.isEmpty() && rows.stream().allMatch(row -> row.get(column) instanceof Number);
        }
        for (List<? extends @Nullable Object> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] =
                        Math.min(MAX_WIDTH, Math.max(widths[i], text(row.get(i)).length()));
            }
        }
        line(out, columns, widths, numeric);
        rows.forEach(row -> line(out, row, widths, numeric));
        out.println("(" + rows.size() + (rows.size() == 1 ? " row)" : " rows)"));
    }

    private static void line(PrintWriter out, List<? extends @Nullable Object> cells, int[] widths, boolean[] numeric) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String text = text(cells.get(i));
            String padding = " ".repeat(Math.max(0, widths[i] - text.length()));
            line.append(i == 0 ? "" : "  ").append(numeric[i] ? padding + text : text + padding);
        }
        out.println(line.toString().stripTrailing());
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Collection<?> items -> Json.line(items);
            case Map<?, ?> map -> Json.line(map);
            default -> PrintableText.of(value.toString());
        };
    }
}
