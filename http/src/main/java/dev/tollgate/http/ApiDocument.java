package dev.tollgate.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The OpenAPI 3.1 document of a server, as it stands in the resources and as JSON.
 *
 * @param yaml UTF-8
 * @param json UTF-8
 */
public record ApiDocument(byte[] yaml, byte[] json) {

    /**
     * Reads a YAML resource beside a class.
     *
     * @throws IllegalStateException if this build lacks it
     */
    public static ApiDocument load(Class<?> beside, String resource) {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing in this build");
            }
            byte[] yaml = in.readAllBytes();
            JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(yaml);
            return new ApiDocument(yaml, new ObjectMapper().writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + resource + " cannot be read", e);
        }
    }

    /** Serves it under {@code /openapi.json} and {@code /openapi.yaml}. */
    public Routes addTo(Routes routes) {
        return routes.get("/openapi.json", exchange -> Answer.of(200, Answer.JSON, json))
                .get("/openapi.yaml", exchange -> Answer.of(200, "application/yaml", yaml));
    }
}
