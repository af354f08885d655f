package dev.tollgate.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Policy;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.PositionLostException;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.config.AccountingSettings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.replay.ReplayProgress;
import dev.tollgate.streams.replay.TruncatedLogException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                        "dev.tollgate.planmodel..",
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
    void thePlanModelNeedsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("dev.tollgate.planmodel..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tollgate.planmodel..",
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        "java.math..",
                        "org.jspecify..")
                .check(all);
    }

    @Test
    void theEngineHasNoClockNoRandomnessAndNoThreads() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tollgate.engine..", "dev.tollgate.planmodel..")
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
    void theContractsKnowThePlanModelAlone() {
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
                        "dev.tollgate.http..",
                        "dev.tollgate.plans..",
                        "dev.tollgate.embedded..",
                        "dev.tollgate.testkit..",
                        "dev.tollgate.cli..")
                .check(all);
    }

    @Test
    void theHttpModuleKnowsTheContractsAlone() {
        JavaClasses http = all.that(resideInAPackage("dev.tollgate.http.."));

        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.http..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.tollgate..")
                        .and(not(resideInAPackage("dev.tollgate.http..")))
                        .and(not(resideInAPackage("dev.tollgate.schemas.."))))
                .check(all);
        slices().assignedFrom(packagesBelow("dev.tollgate.http"))
                .should()
                .beFreeOfCycles()
                .check(http);
        assertThat(typesByPackage("dev.tollgate.http"))
                .hasSize(4)
                .allSatisfy((name, types) -> assertThat(types).as(name).isLessThanOrEqualTo(15));
    }

    @Test
    void theApiKnowsContractsHttpTablesAndWhatTheGateOffersAlone() {
        JavaClasses api = all.that(resideInAPackage("dev.tollgate.api.."));

        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.api..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.tollgate..")
                        .and(not(resideInAPackage("dev.tollgate.api..")))
                        .and(not(resideInAPackage("dev.tollgate.http..")))
                        .and(not(resideInAPackage("dev.tollgate.sql..")))
                        .and(not(resideInAPackage("dev.tollgate.gate")))
                        .and(not(resideInAPackage("dev.tollgate.schemas.."))))
                .check(all);
        slices().assignedFrom(packagesBelow("dev.tollgate.api"))
                .should()
                .beFreeOfCycles()
                .check(api);
        assertThat(typesByPackage("dev.tollgate.api"))
                .hasSizeGreaterThan(3)
                .allSatisfy((name, types) -> assertThat(types).as(name).isLessThanOrEqualTo(15));
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

    /** What is below a package {@code internal} is for the packages beside and below it: for its own module. */
    @Test
    void noModuleUsesTheInternalsOfAnother() {
        classes()
                .that()
                .resideInAPackage("dev.tollgate..internal..")
                .should(new ArchCondition<>("be used by their own module only") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        String pkg = type.getPackageName();
                        String module = pkg.substring(0, (pkg + ".").indexOf(".internal."));
                        for (Dependency use : type.getDirectDependenciesToSelf()) {
                            String user = use.getOriginClass().getPackageName();
                            if (!(user + ".").startsWith(module + ".")) {
                                events.add(SimpleConditionEvent.violated(type, use.getDescription()));
                            }
                        }
                    }
                })
                .check(all);
    }

    @Test
    void thePackagesOfSinkGateServerAndLauncherHaveNoCircleAndFewTypes() {
        for (String module : List.of("dev.tollgate.sink", "dev.tollgate.gateserver", "dev.tollgate.cli")) {
            slices().assignedFrom(packagesBelow(module))
                    .should()
                    .beFreeOfCycles()
                    .check(all);
            assertThat(typesByPackage(module))
                    .isNotEmpty()
                    .allSatisfy((name, types) -> assertThat(types).as(name).isLessThanOrEqualTo(15));
        }
    }

    private static SliceAssignment packagesBelow(String root) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                String name = type.getPackageName();
                return (name + ".").startsWith(root + ".") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages below " + root;
            }
        };
    }

    /** How many types that are not nested are in each package below one. */
    private static Map<String, Integer> typesByPackage(String root) {
        Map<String, Integer> types = new TreeMap<>();
        for (JavaClass type : all) {
            String name = type.getPackageName();
            if ((name + ".").startsWith(root + ".")
                    && type.isTopLevelClass()
                    && !type.getSimpleName().equals("package-info")) {
                types.merge(name, 1, Integer::sum);
            }
        }
        return types;
    }

    @Test
    void theOracleSharesNoCodeWithTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.tollgate.engine..", "dev.tollgate.planmodel..")
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

    /** A service without Micrometer uses the libraries all the same. */
    @Test
    void librariesNeedMicrometerInThePackagesThatAreNamedAfterItAlone() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tollgate.publisher..", "dev.tollgate.gate..", "dev.tollgate.schemas..")
                .and()
                .resideOutsideOfPackage("..micrometer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "..micrometer..")
                .check(all);
    }

    /** So docs/metrics.md has all of them. */
    @Test
    void metersAreMadeFromDeclarationsAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tollgate.schemas.micrometer..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.micrometer\\.core\\.instrument\\.[A-Za-z]+\\$Builder")
                .orShould()
                .callMethodWhere(target(owner(assignableTo(MeterRegistry.class)))
                        .and(target(nameMatching("counter|gauge.*|timer|summary"))))
                .check(all);
    }

    @Test
    void benchmarksAreNotShipped() {
        noClasses().should().resideInAPackage("dev.tollgate.benchmarks..").check(all);
    }

    /** The packages of streams-app see each other's public types; other modules see these alone. */
    @Test
    void theAccountingRoleIsSeenThroughItsStartAndItsExplanations() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tollgate.streams..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.tollgate.streams..")
                        .and(not(resideInAPackage("dev.tollgate.streams.explain")))
                        .and(not(belongToAnyOf(
                                AccountingApp.class,
                                PositionLostException.class,
                                AccountingConfig.class,
                                AccountingSettings.class,
                                AccountingMetrics.class,
                                ReplayProgress.class,
                                TruncatedLogException.class))))
                .check(all);
    }

    /** The internals of a gate have no circle, and of its API they see what a gate is told and what it answers. */
    @Test
    void theInternalsOfTheGateSeeItsSettingsAndItsAnswersAlone() {
        JavaClasses gate = all.that(resideInAPackage("dev.tollgate.gate.."));

        slices().assignedFrom(packagesBelow("dev.tollgate.gate.internal"))
                .should()
                .beFreeOfCycles()
                .check(gate);
        noClasses()
                .that()
                .resideInAPackage("dev.tollgate.gate.internal..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.tollgate.gate..")
                        .and(not(resideInAPackage("dev.tollgate.gate.internal..")))
                        .and(not(belongToAnyOf(GateConfig.class, Policy.class, Decision.class))))
                .check(gate);
        assertThat(typesByPackage("dev.tollgate.gate"))
                .hasSizeGreaterThan(3)
                .allSatisfy((name, types) -> assertThat(types).as(name).isLessThanOrEqualTo(15));
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine", "planmodel", "streams"})
    void thePackagesHaveNoCycleAndStaySmall(String module) {
        JavaClasses types = all.that(resideInAPackage("dev.tollgate." + module + ".."));

        slices().matching("dev.tollgate.(**)").should().beFreeOfCycles().check(types);
        assertThat(types.stream()
                        .filter(JavaClass::isTopLevelClass)
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting())))
                .hasSizeGreaterThan(3)
                .allSatisfy((name, count) -> assertThat(count).as(name).isLessThanOrEqualTo(15L));
    }
}
