package dev.tollgate.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;

/**
 * The one text under which a schema is registered: without the hints that only the Java code generator reads, so that a
 * client of another language that registers the published {@code .avsc} file gets the same id.
 */
public final class SchemaText {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JAVA_STRING = "avro.java.string";

    private SchemaText() {}

    /** JSON text of a schema with its docs and defaults and without {@code avro.java.string}. */
    public static String canonical(Schema schema) {
        try {
            return withoutJavaHints(JSON.readTree(schema.toString())).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("schema " + schema.getFullName() + " has no JSON text", e);
        }
    }

    private static JsonNode withoutJavaHints(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(JAVA_STRING);
            for (var entry : object.properties()) {
                entry.setValue(withoutJavaHints(entry.getValue()));
            }
            // {"type":"string"} with nothing else in it is the plain "string".
            if (object.size() == 1 && object.path("type").isTextual()) {
                return object.get("type");
            }
        } else if (node.isArray()) {
            var array = (com.fasterxml.jackson.databind.node.ArrayNode) node;
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withoutJavaHints(array.get(i)));
            }
        }
        return node;
    }
}
