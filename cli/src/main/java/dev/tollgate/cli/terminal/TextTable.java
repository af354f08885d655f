package dev.tollgate.cli.terminal;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows in aligned columns; numbers to the right. */
public final class TextTable {
    private static final int MAX_WIDTH = 60;

    private TextTable() {}

    public static void print(
            PrintWriter out, List<String> columns, List<? extends List<? extends @Nullable Object>> rows) {
        int[] widths = columns.stream().mapToInt(String::length).toArray();
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
        return Objects.toString(value, "");
    }
}
