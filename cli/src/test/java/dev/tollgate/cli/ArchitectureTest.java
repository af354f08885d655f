package dev.tollgate.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of docs/ARCHITECTURE.md, over everything that the launcher brings together. */
class ArchitectureTest {
    private static JavaClasses all;

    @BeforeAll
    static void readClasses() {
        all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.tollgate");
    }

    @Test
    void theEngineIsPure() {
        classes()
                .that()
                .resideInAPackage("dev.tollgate.engine..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tollgate.engine..",
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        "java.nio..",
                        "java.math..",
                        "java.security..",
                        "org.jspecify..")
                .check(all);
    }

    @Test
    void theEngineHasNoClockNoRandomnessAndNoThreads() {
        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.engine..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.time\\.Clock|java\\.util\\.Random|java\\.util\\.random\\..*|java\\.lang\\.Thread")
                .check(all);
    }

    @Test
    void theContractsDependOnNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.schemas..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tollgate.engine..",
                        "dev.tollgate.streams..",
                        "dev.tollgate.sink..",
                        "dev.tollgate.sql..",
                        "dev.tollgate.publisher..",
                        "dev.tollgate.gate..",
                        "dev.tollgate.gateway..",
                        "dev.tollgate.plans..",
                        "dev.tollgate.embedded..",
                        "dev.tollgate.testkit..",
                        "dev.tollgate.cli..")
                .check(all);
    }

    @Test
    void nothingDependsOnTheLauncherAndOnlyItAndTheTestkitOnTheEmbeddedStack() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tollgate.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tollgate.cli..")
                .check(all);
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tollgate.cli..", "dev.tollgate.testkit..", "dev.tollgate.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.tollgate.embedded..", "dev.tollgate.testkit..")
                .check(all);
    }

    @Test
    void theOracleSharesNoCodeWithTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tollgate.engine..")
                .check(all);
    }

    @Test
    void librariesForServicesKnowTheContractsAlone() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tollgate.publisher..", "dev.tollgate.gate..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tollgate.engine..", "dev.tollgate.streams..", "dev.tollgate.sink..", "dev.tollgate.sql..")
                .check(all);
    }

    @Test
    void benchmarksAreNotShipped() {
        noClasses().should().resideInAPackage("dev.tollgate.benchmarks..").check(all);
    }
}
