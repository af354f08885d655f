package dev.tollgate.api.parameter;

import dev.tollgate.schemas.text.NearMiss;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What usage can be filtered and grouped by: a column of the journal, or one of the labels that services attach.
 *
 * @param name in parameters and answers
 * @param column in {@code request_journal}
 * @param attribute name of the label; null for a column
 */
public record Dimension(
        String name, String column, @Nullable String attribute) {
    private static final String ATTRIBUTE = "attribute.";
    private static final int MAX_ATTRIBUTE = 64;

    private static final Map<String, String> COLUMNS = Map.of(
            "account", "account_id",
            "project", "project_id",
            "api_key", "api_key_id",
            "endpoint", "endpoint",
            "outcome", "outcome",
            "producer", "producer",
            "plan", "plan_id",
            "meter", "meter_id");

    private static final List<String> NAMES =
            List.of("account", "project", "api_key", "endpoint", "outcome", "producer", "plan", "meter");

    /** That of a name; null if there is none. */
    public static @Nullable Dimension named(String name) {
        String column = COLUMNS.get(name);
        if (column != null) {
            return new Dimension(name, column, null);
        }
        String label = name.startsWith(ATTRIBUTE) ? name.substring(ATTRIBUTE.length()) : "";
        return label.isEmpty() || label.length() > MAX_ATTRIBUTE ? null : new Dimension(name, "attributes", label);
    }

    /** Whether its values are those of meters, which a row of the journal has several of. */
    public boolean isMeter() {
        return name.equals("meter");
    }

    /** What may be filtered by, with the name that was probably meant. */
    static String allowed(String name) {
        return allowed(name, NAMES);
    }

    /** What may be grouped by; each row is of one meter anyway. */
    public static String allowedGroups(String name) {
        return allowed(
                name, NAMES.stream().filter(each -> !each.equals("meter")).toList());
    }

    private static String allowed(String name, List<String> names) {
        String near = NearMiss.of(name, names);
        return "out of " + String.join(", ", names) + ", attribute.NAME"
                + (near == null ? "" : " (did you mean " + near + "?)");
    }
}
