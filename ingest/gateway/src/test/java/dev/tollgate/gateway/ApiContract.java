package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tollgate.gateway.HttpCalls.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The API document as a judge of answers: status, media type and body must be as it says. Thread-safe. */
final class ApiContract {
    private final JsonNode document;
    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> byPlace = new ConcurrentHashMap<>();

    private ApiContract(JsonNode document) {
        this.document = document;
    }

    static ApiContract load() {
        try (InputStream in = ApiContract.class.getResourceAsStream("/dev/tollgate/gateway/openapi.yaml")) {
            return new ApiContract(new ObjectMapper(new YAMLFactory()).readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode document() {
        return document;
    }

    /** Path to methods, upper case. */
    Map<String, TreeSet<String>> routes() {
        Map<String, TreeSet<String>> routes = new TreeMap<>();
        document.path("paths").properties().forEach(path -> {
            TreeSet<String> methods = new TreeSet<>();
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> methods.add(method.toUpperCase(java.util.Locale.ROOT)));
            routes.put(path.getKey(), methods);
        });
        return routes;
    }

    /**
     * Fails unless the document allows the answer. Paths and methods that it does not have must be rejected with a
     * problem.
     */
    void check(String method, String path, Reply reply) {
        JsonNode operation = document.path("paths").path(path).path(method.toLowerCase(java.util.Locale.ROOT));
        if (operation.isMissingNode()) {
            if (!method.equals("HEAD")) {
                assertThat(reply.status()).isIn(400, 404, 405, 501);
                assertThat(reply.contentType()).isEqualTo("application/problem+json");
                validate("/components/schemas/Problem", reply);
            }
            return;
        }
        JsonNode response = operation.path("responses").path(Integer.toString(reply.status()));
        assertThat(response.isMissingNode())
                .as(
                        "%s %s answered %s, which the document does not list: %s",
                        method, path, reply.status(), reply.text())
                .isFalse();
        String mediaType = reply.contentType().split(";", 2)[0];
        JsonNode content = response.path("content").path(mediaType);
        assertThat(content.isMissingNode())
                .as("%s %s answered %s as %s", method, path, reply.status(), reply.contentType())
                .isFalse();
        JsonNode schema = content.path("schema");
        if (schema.has("$ref")) {
            validate(schema.get("$ref").asText().substring(1), reply);
        }
        response.path("headers")
                .fieldNames()
                .forEachRemaining(name ->
                        assertThat(reply.header(name)).as("header %s", name).isNotEmpty());
    }

    private void validate(String place, Reply reply) {
        assertThat(schema(place).validate(reply.text(), InputFormat.JSON))
                .as("answer against %s: %s", place, reply.text())
                .isEmpty();
    }

    private Schema schema(String place) {
        return byPlace.computeIfAbsent(place, p -> {
            ObjectNode root = new ObjectMapper().createObjectNode();
            root.put("$ref", "#" + p);
            root.set("components", document.path("components"));
            return schemas.getSchema(root.toString(), InputFormat.JSON);
        });
    }
}
