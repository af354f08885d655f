package dev.tollgate.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.topic.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the schemas of this build to every schema that was ever released: FULL_TRANSITIVE, both ways, all versions. */
class SchemaCompatibilityTest {
    private static final Path RELEASED = Path.of("src/test/resources/released");

    /** The files of a release, in the order in which they name each other's types. */
    private static final List<String> PARSE_ORDER = List.of(
            "RequestEvent",
            "Plan",
            "AccountEvent",
            "UsageJournalEntry",
            "UsageTotal",
            "LimitEvent",
            "LimitState",
            "DeadLetter",
            "NotifyProgress",
            "NotifyDelivery");

    @TestFactory
    Stream<DynamicTest> everyReleasedSchemaReadsAndIsReadByTheCurrentOne() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path release : releases()) {
            Map<String, Schema> released = parse(release);
            for (Topic topic : Topic.values()) {
                Schema old = released.get(topic.schema().getFullName());
                if (old == null) {
                    continue;
                }
                tests.add(DynamicTest.dynamicTest(
                        release.getFileName() + " " + topic,
                        () -> assertThat(problems(old, topic.schema())).isEmpty()));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    @Test
    void givenTheNewestRelease_whenComparedWithTheBuild_thenASchemaThatChangedIsAddedAsARelease() throws IOException {
        List<Path> releases = releases();
        Map<String, Schema> newest = parse(releases.get(releases.size() - 1));

        for (Topic topic : Topic.values()) {
            Schema released = newest.get(topic.schema().getFullName());
            assertThat(released)
                    .as("src/test/resources/released must hold the schema of %s as it is now", topic)
                    .isNotNull();
            assertThat(SchemaText.canonical(Objects.requireNonNull(released)))
                    .isEqualTo(SchemaText.canonical(topic.schema()));
        }
    }

    @Test
    void givenAFieldWithoutDefault_whenCompared_thenTheCheckNoticesIt() {
        Schema before = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}");
        Schema after = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"x\",\"type\":\"long\"}]}");

        assertThat(problems(before, after)).isNotEmpty();
    }

    @Test
    void everyFieldIsDocumented() {
        for (Topic topic : Topic.values()) {
            assertThat(undocumented(topic.schema(), new ArrayList<>(), new ArrayList<>()))
                    .isEmpty();
        }
    }

    private static List<String> undocumented(Schema schema, List<String> found, List<String> seen) {
        switch (schema.getType()) {
            case RECORD -> {
                if (seen.contains(schema.getFullName())) {
                    return found;
                }
                seen.add(schema.getFullName());
                if (schema.getDoc() == null) {
                    found.add(schema.getFullName());
                }
                for (Schema.Field field : schema.getFields()) {
                    if (field.doc() == null || field.doc().isBlank()) {
                        found.add(schema.getName() + "." + field.name());
                    }
                    undocumented(field.schema(), found, seen);
                }
            }
            case ARRAY -> undocumented(schema.getElementType(), found, seen);
            case MAP -> undocumented(schema.getValueType(), found, seen);
            case UNION -> schema.getTypes().forEach(type -> undocumented(type, found, seen));
            case ENUM -> {
                if (schema.getDoc() == null || schema.getEnumDefault() == null) {
                    found.add(schema.getFullName() + " needs a doc and a default symbol");
                }
            }
            default -> {}
        }
        return found;
    }

    private static List<String> problems(Schema a, Schema b) {
        List<String> problems = new ArrayList<>();
        problems.addAll(problemsReading(a, b));
        problems.addAll(problemsReading(b, a));
        return problems;
    }

    private static List<String> problemsReading(Schema reader, Schema writer) {
        SchemaCompatibility.SchemaCompatibilityResult result = SchemaCompatibility.checkReaderWriterCompatibility(
                        reader, writer)
                .getResult();
        return result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE
                ? List.of()
                : result.getIncompatibilities().stream().map(Object::toString).toList();
    }

    private static List<Path> releases() throws IOException {
        try (Stream<Path> folders = Files.list(RELEASED)) {
            return folders.sorted(Comparator.comparingInt(
                            folder -> Integer.parseInt(folder.getFileName().toString())))
                    .toList();
        }
    }

    private static Map<String, Schema> parse(Path release) throws IOException {
        Schema.Parser parser = new Schema.Parser();
        Map<String, Schema> schemas = new LinkedHashMap<>();
        for (String name : PARSE_ORDER) {
            Path file = release.resolve(name + ".avsc");
            if (Files.exists(file)) {
                Schema schema = parser.parse(Files.readString(file));
                schemas.put(schema.getFullName(), schema);
            }
        }
        return schemas;
    }
}
