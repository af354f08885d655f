package dev.tollgate.plans;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The published JSON schema, run by a validator that shares nothing with the reader, its YAML parser included. */
final class TestingSchema {
    static final Path FILE = Path.of("plan.schema.json");
    private static final Schema SCHEMA = load();

    private TestingSchema() {}

    /** What the schema finds wrong with a YAML text. */
    static List<String> errors(String yaml) {
        return SCHEMA.validate(yaml, InputFormat.YAML).stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                .toList();
    }

    private static Schema load() {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(FILE), InputFormat.JSON);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
