package dev.tollgate.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.schemas.text.PrintableText;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** JSON for machines: one value on one line. Characters that would act on a terminal are escaped. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** Maps, lists, numbers, texts and booleans as one line. */
    public static String line(Object value) {
        try {
            return PrintableText.json(MAPPER.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value, e);
        }
    }

    /** An Avro record with its field names; instants as ISO-8601, bytes as Base64. */
    public static String line(IndexedRecord record) {
        return PrintableText.json(node(record).toString());
    }

    /** The same as a tree; collections and maps of such records too. */
    public static JsonNode node(@Nullable Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (value) {
            case null -> nodes.nullNode();
            case IndexedRecord record -> {
                ObjectNode object = nodes.objectNode();
                for (Schema.Field field : record.getSchema().getFields()) {
                    object.set(field.name(), node(record.get(field.pos())));
                }
                yield object;
            }
            case Collection<?> items -> {
                ArrayNode array = nodes.arrayNode();
                items.forEach(item -> array.add(node(item)));
                yield array;
            }
            case Map<?, ?> map -> {
                ObjectNode object = nodes.objectNode();
                map.forEach((key, item) -> object.set(String.valueOf(key), node(item)));
                yield object;
            }
            case Long number -> nodes.numberNode(number);
            case Integer number -> nodes.numberNode(number);
            case Boolean flag -> nodes.booleanNode(flag);
            case ByteBuffer bytes -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                yield nodes.textNode(Base64.getEncoder().encodeToString(copy));
            }
            case Instant instant -> nodes.textNode(instant.toString());
            default -> nodes.textNode(value.toString());
        };
    }
}
