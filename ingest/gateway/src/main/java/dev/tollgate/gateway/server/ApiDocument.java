package dev.tollgate.gateway.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The OpenAPI 3.1 document of the gateway, as it stands in the resources and as JSON.
 *
 * @param yaml UTF-8
 * @param json UTF-8
 */
record ApiDocument(byte[] yaml, byte[] json) {
    private static final String RESOURCE = "/dev/tollgate/gateway/openapi.yaml";

    static ApiDocument load() {
        try (InputStream in = ApiDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is missing in this build");
            }
            byte[] yaml = in.readAllBytes();
            JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(yaml);
            return new ApiDocument(yaml, new ObjectMapper().writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + RESOURCE + " cannot be read", e);
        }
    }
}
