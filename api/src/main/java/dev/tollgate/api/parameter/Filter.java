package dev.tollgate.api.parameter;

import dev.tollgate.api.query.Statement;
import dev.tollgate.schemas.text.NearMiss;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on rows.
 *
 * @param dimension what it is about
 * @param operator how the values are compared
 * @param values at least one
 */
public record Filter(Dimension dimension, Operator operator, List<String> values) {
    private static final Pattern NAME = Pattern.compile("filter\\[([^\\[\\]]+)](?:\\[([a-z]+)])?");
    private static final int MAX_VALUES = 100;

    /** How values are compared. */
    public enum Operator {
        /** It is one of the values. */
        IN,
        /** It is none of the values. */
        NOT_IN,
        /** It begins with one of the values. */
        PREFIX
    }

    public Filter {
        values = List.copyOf(values);
    }

    /**
     * Reads all {@code filter[NAME]} (one of the values), {@code filter[NAME][eq]} (exactly this one, commas included),
     * {@code filter[NAME][neq]} (none of the values) and {@code filter[NAME][prefix]}.
     *
     * @param dimensions that NAME may be
     */
    public static List<Filter> read(Parameters parameters, Dimensions dimensions) {
        List<Filter> filters = new ArrayList<>();
        for (Map.Entry<String, List<String>> filter : parameters.filters().entrySet()) {
            String parameter = filter.getKey();
            Matcher matcher = NAME.matcher(parameter);
            if (!matcher.matches()) {
                parameters.problem(parameter, parameter, "filter[NAME], filter[NAME][eq], [neq] or [prefix]");
                continue;
            }
            Dimension dimension = dimensions.named(matcher.group(1));
            if (dimension == null) {
                parameters.problem(parameter, matcher.group(1), dimensions.allowed(matcher.group(1)));
                continue;
            }
            String word = matcher.group(2) == null ? "" : matcher.group(2);
            List<String> values = word.equals("eq") ? filter.getValue() : separated(filter.getValue());
            if (values.size() > MAX_VALUES) {
                parameters.problem(parameter, values.size() + " values", "at most " + MAX_VALUES + " values");
                continue;
            }
            if (!word.equals("prefix")) {
                values.forEach(value -> checkWord(parameters, parameter, dimension, value));
            }
            switch (word) {
                case "", "eq" -> filters.add(new Filter(dimension, Operator.IN, values));
                case "neq" -> filters.add(new Filter(dimension, Operator.NOT_IN, values));
                case "prefix" -> filters.add(new Filter(dimension, Operator.PREFIX, values));
                default -> parameters.problem(parameter, word, "with one of the operators eq, neq, prefix, or none");
            }
        }
        return filters;
    }

    /** A value that no row can have is a slip of the pen, not a question. */
    private static void checkWord(Parameters parameters, String parameter, Dimension dimension, String value) {
        List<String> words = dimension.words();
        if (!words.isEmpty() && !words.contains(value)) {
            String same = NearMiss.of(value, words);
            String near = same == null ? NearMiss.of(value.toUpperCase(Locale.ROOT), words) : same;
            parameters.problem(
                    parameter,
                    value,
                    "out of " + String.join(", ", words) + (near == null ? "" : " (did you mean " + near + "?)"));
        }
    }

    /** Whether it holds for a value of the dimension. */
    public boolean matches(String value) {
        return switch (operator) {
            case IN -> values.contains(value);
            case NOT_IN -> !values.contains(value);
            case PREFIX -> values.stream().anyMatch(value::startsWith);
        };
    }

    /** Adds {@code AND} and the condition. */
    public void addTo(Statement statement) {
        statement.sql(" AND ");
        switch (operator) {
            case IN, NOT_IN -> {
                dimension.addTo(statement);
                statement.sql(operator == Operator.NOT_IN ? " NOT IN " : " IN ").values(values);
            }
            case PREFIX -> {
                for (int i = 0; i < values.size(); i++) {
                    statement.sql(i == 0 ? "(startsWith(" : " OR startsWith(");
                    dimension.addTo(statement);
                    statement.sql(", ").value(values.get(i)).sql(")");
                }
                statement.sql(")");
            }
        }
    }

    /** An empty value is one: that of events which name no project, say. */
    private static List<String> separated(List<String> texts) {
        return texts.stream()
                .flatMap(text -> List.of(text.split(",", -1)).stream())
                .distinct()
                .toList();
    }
}
