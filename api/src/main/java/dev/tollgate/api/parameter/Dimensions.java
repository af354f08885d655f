package dev.tollgate.api.parameter;

import dev.tollgate.schemas.text.NearMiss;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The dimensions of a table, by name: a fixed list, and the labels of services where the table has them. */
public final class Dimensions {
    private static final String ATTRIBUTE = "attribute.";
    private static final int MAX_ATTRIBUTE = 64;

    /** Those of {@code request_journal}, its costs unfolded by meter. */
    public static final Dimensions USAGE = new Dimensions(
            List.of(
                    Dimension.of("account", "account_id"),
                    Dimension.of("project", "project_id"),
                    Dimension.of("api_key", "api_key_id"),
                    Dimension.of("endpoint", "endpoint"),
                    Dimension.of("outcome", "outcome"),
                    Dimension.of("producer", "producer"),
                    Dimension.of("plan", "plan_id"),
                    Dimension.of("meter", "meter_id")),
            true);

    private final Map<String, Dimension> dimensions = new LinkedHashMap<>();
    private final boolean attributes;

    private Dimensions(List<Dimension> dimensions, boolean attributes) {
        dimensions.forEach(dimension -> this.dimensions.put(dimension.name(), dimension));
        this.attributes = attributes;
    }

    /** These and no others. */
    public static Dimensions of(Dimension... dimensions) {
        return new Dimensions(List.of(dimensions), false);
    }

    /** These, and {@code attribute.NAME} for each label in the table's column {@code attributes}. */
    public static Dimensions withAttributes(Dimension... dimensions) {
        return new Dimensions(List.of(dimensions), true);
    }

    /** That of a name; null if there is none. */
    public @Nullable Dimension named(String name) {
        Dimension column = dimensions.get(name);
        if (column != null || !attributes || !name.startsWith(ATTRIBUTE)) {
            return column;
        }
        String label = name.substring(ATTRIBUTE.length());
        return label.isEmpty() || label.length() > MAX_ATTRIBUTE
                ? null
                : new Dimension(name, "attributes", label, List.of());
    }

    /** What may be filtered by, with the name that was probably meant. */
    String allowed(String name) {
        return allowed(name, List.copyOf(dimensions.keySet()));
    }

    /** What may be grouped by; each row is of one meter anyway. */
    public String allowedGroups(String name) {
        return allowed(
                name,
                dimensions.keySet().stream()
                        .filter(each -> !each.equals("meter"))
                        .toList());
    }

    private String allowed(String name, List<String> names) {
        String near = NearMiss.of(name, names);
        return "out of " + String.join(", ", names) + (attributes ? ", attribute.NAME" : "")
                + (near == null ? "" : " (did you mean " + near + "?)");
    }
}
