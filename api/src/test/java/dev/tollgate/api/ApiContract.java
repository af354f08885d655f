package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
        try (InputStream in = Api.class.getResourceAsStream("openapi.yaml")) {
            return new ApiContract(new ObjectMapper(new YAMLFactory()).readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode document() {
        return document;
    }

    /** Path to methods, upper case. */
    Map<String, Set<String>> routes() {
        Map<String, Set<String>> routes = new TreeMap<>();
        document.path("paths").properties().forEach(path -> {
            Set<String> methods = new TreeSet<>();
            path.getValue().fieldNames().forEachRemaining(method -> methods.add(method.toUpperCase(Locale.ROOT)));
            routes.put(path.getKey(), methods);
        });
        return routes;
    }

    /** Names of a path's parameters of one place: {@code query} or {@code path}. */
    List<String> parameters(String path, String in) {
        List<String> names = new ArrayList<>();
        for (JsonNode each : document.path("paths").path(path).path("get").path("parameters")) {
            JsonNode parameter = resolved(each);
            if (parameter.path("in").asText().equals(in)) {
                names.add(parameter.path("name").asText());
            }
        }
        return names;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** Fails unless the document allows the answer to a {@code GET} of a route. */
    void check(String route, Reply reply) {
        JsonNode response = resolved(document.path("paths")
                .path(route)
                .path("get")
                .path("responses")
                .path(Integer.toString(reply.status())));
        assertThat(response.isMissingNode())
                .as("GET %s answered %s, which the document does not list: %s", route, reply.status(), reply.body())
                .isFalse();
        if (reply.status() == 304) {
            assertThat(reply.body()).isEmpty();
            return;
        }
        String mediaType = reply.contentType().split(";", 2)[0];
        JsonNode content = response.path("content").path(mediaType);
        assertThat(content.isMissingNode())
                .as("GET %s answered %s as %s", route, reply.status(), reply.contentType())
                .isFalse();
        JsonNode schema = content.path("schema");
        if (schema.has("$ref")) {
            assertThat(schema(schema.get("$ref").asText().substring(1)).validate(reply.body(), InputFormat.JSON))
                    .as("answer of %s: %s", route, reply.body())
                    .isEmpty();
        }
        response.path("headers")
                .fieldNames()
                .forEachRemaining(name ->
                        assertThat(reply.header(name)).as("header %s", name).isNotEmpty());
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
