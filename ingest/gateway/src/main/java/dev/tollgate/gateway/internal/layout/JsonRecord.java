package dev.tollgate.gateway.internal.layout;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object as a record: {@code request.headers.X-Account.0} is a way down to a value, by names and places in
 * arrays. A name that has dots itself is found first. Of an array with one value, the value is meant.
 *
 * @param dashIsMissing whether a text {@code -} stands for what is missing, as in logs
 */
public record JsonRecord(JsonNode object, boolean dashIsMissing) implements LogRecord {
    private static final int MAX_PLAIN_DIGITS = 40;

    @Override
    public @Nullable String get(String field) {
        JsonNode found = find(object, field);
        if (found == null) {
            return null;
        }
        JsonNode node = found.isArray() && found.size() == 1 ? found.path(0) : found;
        if (!node.isValueNode() || node.isNull()) {
            return null;
        }
        String text = node.isNumber() ? number(node.decimalValue()) : node.asText();
        return text.isEmpty() || dashIsMissing && text.equals("-") ? null : text;
    }

    @Override
    public @Nullable String fault(String field) {
        JsonNode node = find(object, field);
        if (node == null || node.isNull() || node.isValueNode() || node.isArray() && node.size() == 1) {
            return null;
        }
        return "'" + field + "' must be one value, was an " + (node.isArray() ? "array" : "object");
    }

    private static @Nullable JsonNode find(JsonNode from, String path) {
        JsonNode exact = from.get(path);
        if (exact != null) {
            return exact;
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            String name = path.substring(0, dot);
            JsonNode next = from.isArray() ? element(from, name) : from.get(name);
            if (next != null && next.isContainerNode()) {
                JsonNode found = find(next, path.substring(dot + 1));
                if (found != null) {
                    return found;
                }
            }
        }
        return from.isArray() ? element(from, path) : null;
    }

    private static @Nullable JsonNode element(JsonNode array, String place) {
        return place.matches("\\d{1,4}") ? array.get(Integer.parseInt(place)) : null;
    }

    /** As it would be written without an exponent, unless that were longer than any time or count. */
    private static String number(BigDecimal number) {
        return Math.abs((long) number.scale()) > MAX_PLAIN_DIGITS ? number.toString() : number.toPlainString();
    }
}
