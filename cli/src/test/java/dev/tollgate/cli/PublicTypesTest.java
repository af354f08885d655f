package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each module shows to others: its public types outside of {@code internal} packages, one file a module. A type
 * that appears or goes is a change of what others may use, so it shows in a change of that file.
 */
class PublicTypesTest {
    private static final Path FOLDER = Path.of("src/test/resources/public-types");

    /** Module by the package that all of its types are in or below. */
    private static final Map<String, String> MODULES = new TreeMap<>(Map.ofEntries(
            Map.entry("dev.tollgate.api", "api"),
            Map.entry("dev.tollgate.cli", "cli"),
            Map.entry("dev.tollgate.embedded", "embedded"),
            Map.entry("dev.tollgate.engine", "engine"),
            Map.entry("dev.tollgate.examples", "examples"),
            Map.entry("dev.tollgate.gate", "gate"),
            Map.entry("dev.tollgate.gateserver", "gate-server"),
            Map.entry("dev.tollgate.gateway", "gateway"),
            Map.entry("dev.tollgate.notify", "notify"),
            Map.entry("dev.tollgate.http", "http"),
            Map.entry("dev.tollgate.planmodel", "plan-model"),
            Map.entry("dev.tollgate.plans", "plans"),
            Map.entry("dev.tollgate.publisher", "publisher"),
            Map.entry("dev.tollgate.schemas", "schemas"),
            Map.entry("dev.tollgate.sink", "sink"),
            Map.entry("dev.tollgate.sql", "sql"),
            Map.entry("dev.tollgate.streams", "streams-app"),
            Map.entry("dev.tollgate.testkit", "testkit")));

    private static JavaClasses all;

    @BeforeAll
    static void readClasses() {
        all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.tollgate");
    }

    static Stream<Map.Entry<String, String>> modules() {
        return MODULES.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void eachModuleShowsTheTypesThatAreListed(Map.Entry<String, String> module) throws IOException {
        Path file = FOLDER.resolve(module.getValue() + ".txt");
        List<String> types = publicTypesOf(module.getKey());
        if (Boolean.getBoolean("tollgate.write-public-types")) {
            Files.createDirectories(FOLDER);
            Files.write(file, types);
        }
        assertThat(types)
                .as(
                        "public types of %s, listed in cli/%s. If the change is meant: mvn -pl cli -am test"
                                + " -Dtest=PublicTypesTest -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dtollgate.write-public-types=true",
                        module.getValue(), file)
                .isEqualTo(Files.exists(file) ? Files.readAllLines(file) : List.of());
    }

    @Test
    void eachTypeIsOfAModuleThatIsListed() {
        assertThat(all.stream()
                        .filter(type -> MODULES.keySet().stream().noneMatch(root -> isIn(type, root)))
                        .map(JavaClass::getName))
                .as("types of a module that MODULES lacks")
                .isEmpty();
    }

    private static List<String> publicTypesOf(String root) {
        return all.stream()
                .filter(type -> isIn(type, root))
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !(type.getPackageName() + '.').contains(".internal."))
                // Generated of the schemas, which are a contract of their own.
                .filter(type -> !type.getPackageName().equals("dev.tollgate.schemas.avro"))
                .map(JavaClass::getName)
                .sorted()
                .toList();
    }

    private static boolean isIn(JavaClass type, String root) {
        return type.getPackageName().equals(root) || type.getPackageName().startsWith(root + '.');
    }
}
