package dev.tollgate.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a benchmark found.
 *
 * @param benchmark its name on the command line
 * @param command that makes it again
 * @param machine where it ran
 * @param parameters what it was asked for, the seed among them
 * @param columns headings; the first is what the others are about
 * @param rows as many cells each as there are columns
 * @param results the figures behind the rows, for programs
 * @param notes sentences that belong to the table
 */
public record Report(
        String benchmark,
        String command,
        Machine machine,
        Map<String, Object> parameters,
        List<String> columns,
        List<List<String>> rows,
        List<Map<String, Object>> results,
        List<String> notes) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Copies the lists. */
    public Report {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        results = List.copyOf(results);
        notes = List.copyOf(notes);
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "a row must have " + columns.size() + " cells, had " + row.size() + ": " + row);
            }
        }
    }

    /** For a terminal: columns in line, the first from the left and the others from the right. */
    public String toText() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns);
        lines.addAll(rows);
        int[] widths = new int[columns.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - line.get(i).length());
                text.append(i == 0 ? line.get(i) + padding : "  " + padding + line.get(i));
            }
            text.append('\n');
        }
        notes.forEach(note -> text.append(note).append('\n'));
        return text.append(described()).append(machine.describe()).append('\n').toString();
    }

    /** For a document: the command, the table, and what it was measured on. */
    public String toMarkdown() {
        StringBuilder text = new StringBuilder("```\n").append(command).append("\n```\n\n");
        text.append(row(columns));
        text.append("|---|").append("---:|".repeat(columns.size() - 1)).append('\n');
        rows.forEach(row -> text.append(row(row)));
        text.append('\n');
        notes.forEach(note -> text.append(note).append('\n'));
        return text.append(described()).append(machine.describe()).append(".\n").toString();
    }

    /** For programs. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("benchmark", benchmark);
        json.put("command", command);
        json.put("machine", machine.toJson());
        json.put("parameters", parameters);
        json.put("results", results);
        json.put("notes", notes);
        try {
            return JSON.writeValueAsString(json) + '\n';
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report that is not JSON: " + benchmark, e);
        }
    }

    private String described() {
        return parameters.entrySet().stream()
                        .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                        .collect(Collectors.joining(" "))
                + "; ";
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
