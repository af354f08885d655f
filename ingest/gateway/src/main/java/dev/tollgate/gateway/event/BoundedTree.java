package dev.tollgate.gateway.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Builds the tree of one JSON value out of at most {@value #MAX_VALUES} values. A tree takes up to forty times the
 * memory of its text ({@code [{},{},...}); with this bound one event's tree stays below a few hundred kilobytes
 * whatever was sent.
 *
 * <p>Nesting is bounded by the parser's own constraints, so the recursion is too.
 */
final class BoundedTree {
    /** A full event with all attributes and extensions has under 100. */
    static final int MAX_VALUES = 1_024;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private int left = MAX_VALUES;

    private BoundedTree(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads the value at which the parser stands and leaves it at the value's last token.
     *
     * @return null if the value has too many parts; it was skipped
     */
    static @Nullable JsonNode read(JsonParser parser) throws IOException {
        BoundedTree tree = new BoundedTree(parser);
        JsonNode node = tree.value(parser.currentToken());
        return tree.left < 0 ? null : node;
    }

    /**
     * Reads the rest of an object whose first field was stepped onto: the parser stands at that field's value, or at
     * the end of an object without fields.
     *
     * @return null if the object has too many parts; it was skipped
     */
    static @Nullable JsonNode readObjectFrom(JsonParser parser) throws IOException {
        BoundedTree tree = new BoundedTree(parser);
        ObjectNode object = NODES.objectNode();
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            tree.field(object, parser.currentName());
            tree.fields(object);
        }
        return tree.left < 0 ? null : object;
    }

    private JsonNode value(JsonToken token) throws IOException {
        if (--left < 0) {
            parser.skipChildren();
            return NODES.nullNode();
        }
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT -> NODES.numberNode(parser.getIntValue());
                    case LONG -> NODES.numberNode(parser.getLongValue());
                    default -> NODES.numberNode(parser.getBigIntegerValue());
                };
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            default -> NODES.nullNode();
        };
    }

    private ObjectNode object() throws IOException {
        ObjectNode object = NODES.objectNode();
        fields(object);
        return object;
    }

    private void fields(ObjectNode object) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            field(object, name);
        }
    }

    private void field(ObjectNode object, String name) throws IOException {
        JsonNode value = value(parser.currentToken());
        if (left >= 0) {
            object.set(name, value);
        }
    }

    private ArrayNode array() throws IOException {
        ArrayNode array = NODES.arrayNode();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            JsonNode value = value(token);
            if (left >= 0) {
                array.add(value);
            }
        }
        return array;
    }
}
