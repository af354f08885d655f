package dev.tollgate.http.contract;

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
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** An API document as a judge of answers: status, media type, headers and body must be as it says. Thread-safe. */
public final class ApiContract {
    private static final String PROBLEM = "application/problem+json";

    private final JsonNode document;
    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> byPlace = new ConcurrentHashMap<>();

    private ApiContract(JsonNode document) {
        this.document = document;
    }

    /** The document {@code openapi.yaml} beside a class of the server. */
    public static ApiContract of(Class<?> server) {
        try (InputStream in = Objects.requireNonNull(server.getResourceAsStream("openapi.yaml"), "openapi.yaml")) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ApiContract parse(String yaml) throws IOException {
        return new ApiContract(new ObjectMapper(new YAMLFactory()).readTree(yaml));
    }

    /** All of it. */
    public JsonNode document() {
        return document;
    }

    /** Path to methods, upper case; both sorted. */
    public Map<String, Set<String>> routes() {
        Map<String, Set<String>> routes = new TreeMap<>();
        document.path("paths").properties().forEach(path -> {
            Set<String> methods = new TreeSet<>();
            path.getValue().fieldNames().forEachRemaining(method -> methods.add(method.toUpperCase(Locale.ROOT)));
            routes.put(path.getKey(), methods);
        });
        return routes;
    }

    /** Names of the parameters of a path's {@code GET} in one place: {@code query} or {@code path}. */
    public List<String> parameters(String path, String in) {
        List<String> names = new ArrayList<>();
        for (JsonNode each : operation("GET", path).path("parameters")) {
            JsonNode parameter = resolved(each);
            if (parameter.path("in").asText().equals(in)) {
                names.add(parameter.path("name").asText());
            }
        }
        return names;
    }

    /**
     * Fails unless the document allows an answer. A path or method that it does not have must be rejected with a
     * problem; {@code HEAD} is not listed and not judged.
     *
     * @param route the path as the document has it, with its variables
     */
    public void check(String method, String route, int status, HttpHeaders headers, String body) {
        String contentType = headers.firstValue("Content-Type").orElse("");
        JsonNode operation = operation(method, route);
        if (operation.isMissingNode()) {
            if (!method.equals("HEAD")) {
                assertThat(status).as("%s %s", method, route).isIn(400, 404, 405, 501);
                assertThat(contentType).isEqualTo(PROBLEM);
                validate("/components/schemas/Problem", body);
            }
            return;
        }
        JsonNode response = resolved(operation.path("responses").path(Integer.toString(status)));
        assertThat(response.isMissingNode())
                .as("%s %s answered %s, which the document does not list: %s", method, route, status, body)
                .isFalse();
        if (status == 304) {
            assertThat(body).isEmpty();
            return;
        }
        JsonNode content = response.path("content").path(contentType.split(";", 2)[0]);
        assertThat(content.isMissingNode())
                .as("%s %s answered %s as %s", method, route, status, contentType)
                .isFalse();
        JsonNode schema = content.path("schema");
        if (schema.has("$ref")) {
            validate(place(schema), body);
        }
        response.path("headers")
                .fieldNames()
                .forEachRemaining(name -> assertThat(headers.firstValue(name))
                        .as("header %s", name)
                        .isNotEmpty());
    }

    private JsonNode operation(String method, String route) {
        return document.path("paths").path(route).path(method.toLowerCase(Locale.ROOT));
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(place(node)) : node;
    }

    /** Where a reference leads within the document. */
    private static String place(JsonNode reference) {
        return reference.get("$ref").asText().substring(1);
    }

    private void validate(String place, String body) {
        assertThat(schema(place).validate(body, InputFormat.JSON))
                .as("answer against %s: %s", place, body)
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
