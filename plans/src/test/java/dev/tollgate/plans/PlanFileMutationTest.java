package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerde;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Broken files of every kind: a valid one with a few random slips. Whatever comes out, the answer is plans that
 * everybody else accepts too, or located problems; never anything else. {@code -Dtollgate.seed=N} repeats a run,
 * {@code -Dtollgate.files=N} makes it longer.
 */
class PlanFileMutationTest {
    private static final int FILES = Integer.getInteger("tollgate.files", 2_000);
    private static final String CHARACTERS =
            " \t\n:-#&*!|>'\"%@`{}[],?\\\u0000\u0085\u2028\uFEFF\uD800\u00e909azAZ_.~=";
    private static final String[] VALUES = {
        "",
        "~",
        "null",
        "true",
        "no",
        "0",
        "-0",
        "00",
        "1e9",
        "1_000",
        "0x1F",
        "0o17",
        "0b1",
        ".inf",
        ".nan",
        "190:20:30",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999999",
        "1.0",
        "unlimited",
        "90%",
        "100%",
        "0%",
        "remaining below 20%",
        "1m",
        "0s",
        "31d",
        "32d",
        "2026-01-01",
        "2026-12-31T23:59:60Z",
        "9999-12-31T23:59:59Z",
        "[]",
        "{}",
        "[a, b]",
        "{a: b}",
        "- a",
        "*a",
        "&a b",
        "!!binary aGk=",
        "!x y",
        "'",
        "\"",
        "|",
        ">-",
        "? a",
        "none",
        "second",
        "month",
        "leaky_bucket",
        "concurrency",
        "project",
        "advisory",
        "requests",
        "credits",
        "/v2/:x",
        "GET /a b",
        "*",
    };

    private final TestingRegistry registry = new TestingRegistry();
    private final AvroSerde<Plan> serde =
            new AvroSerde<>(Plan.class, new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url())));

    PlanFileMutationTest() throws IOException {}

    @AfterEach
    void stopRegistry() {
        registry.close();
    }

    @Test
    void givenRandomSlips_whenRead_thenThereAreSoundPlansOrLocatedProblems() throws IOException {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        System.out.println("PlanFileMutationTest -Dtollgate.seed=" + seed);
        Random random = new Random(seed);
        List<String> originals = new ArrayList<>(List.of(PlanSchemaTest.FULL));
        for (Path file : ShippedPlansTest.shippedFiles().toList()) {
            originals.add(Files.readString(file));
        }
        int accepted = 0;
        for (int i = 0; i < FILES; i++) {
            String text = mutated(originals, random);
            PlanFileReport report = check(text, seed, i);
            accepted += report.isValid() ? 1 : 0;
        }
        assertThat(accepted)
                .as("both answers must occur often, or this test says little; -Dtollgate.seed=%d", seed)
                .isBetween(FILES / 20, FILES - FILES / 20);
    }

    private PlanFileReport check(String text, long seed, int index) {
        List<PlanFileReport> reports = new ArrayList<>();
        assertThatCode(() -> reports.add(PlanFile.check(text, "mutated.yaml")))
                .as("-Dtollgate.seed=%d, file %d:%n%s", seed, index, text)
                .doesNotThrowAnyException();
        PlanFileReport report = reports.getFirst();
        if (report.isValid()) {
            assertThatCode(() -> {
                        assertThat(PlanFile.read(text, "mutated.yaml")).isEqualTo(report.plans());
                        assertThat(report.plans()).isNotEmpty();
                        // Of a block, the reader sees what no version replaces; the schema sees all of it.
                        assertThat(TestingSchema.errors(text))
                                .allSatisfy(error -> assertThat(error).startsWith("/shared/"));
                        for (Plan plan : report.plans()) {
                            requireSound(plan);
                        }
                    })
                    .as("-Dtollgate.seed=%d, accepted file %d:%n%s", seed, index, text)
                    .doesNotThrowAnyException();
        } else {
            long lines = text.chars()
                            .filter(c -> c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028')
                            .count()
                    + 1;
            assertThat(report.plans()).isEmpty();
            assertThat(report.errors())
                    .as("-Dtollgate.seed=%d, rejected file %d:%n%s", seed, index, text)
                    .isNotEmpty()
                    .allSatisfy(problem -> {
                        assertThat(problem.file()).isEqualTo("mutated.yaml");
                        assertThat((long) problem.location().line()).isBetween(1L, lines + 1);
                        assertThat(problem.rule()).isNotBlank();
                    });
        }
        return report;
    }

    /** What was accepted survives the topic: Avro takes every field, and the checksum is that of what comes back. */
    private void requireSound(Plan plan) {
        Plan back = Objects.requireNonNull(
                serde.deserializer().deserialize("plans", serde.serializer().serialize("plans", plan)));
        assertThat(back).isEqualTo(plan);
        for (PlanVersion version : back.getVersions()) {
            assertThat(PlanChecksum.of(back.getPlanId(), version)).isEqualTo(version.getChecksum());
        }
        assertThat(PlanDiff.ofPlans(plan, back)).isEmpty();
    }

    private static String mutated(List<String> originals, Random random) {
        String text = originals.get(random.nextInt(originals.size()));
        int slips = 1 + random.nextInt(3);
        for (int i = 0; i < slips; i++) {
            text = switch (random.nextInt(8)) {
                case 0 -> deleted(text, random);
                case 1 ->
                    inserted(text, random, Character.toString(CHARACTERS.charAt(random.nextInt(CHARACTERS.length()))));
                case 2 -> inserted(text, random, VALUES[random.nextInt(VALUES.length)]);
                case 3 -> withAnotherValue(text, random);
                case 4 -> withLines(text, random, LineSlip.DELETE);
                case 5 -> withLines(text, random, LineSlip.REPEAT);
                case 6 -> withLines(text, random, LineSlip.SWAP);
                default -> spliced(text, originals.get(random.nextInt(originals.size())), random);
            };
        }
        return text;
    }

    private static String deleted(String text, Random random) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + 1 + random.nextInt(3));
        return text.substring(0, from) + text.substring(to);
    }

    private static String inserted(String text, Random random, String part) {
        int at = random.nextInt(text.length() + 1);
        return text.substring(0, at) + part + text.substring(at);
    }

    /** Replaces what follows the colon of one line. */
    private static String withAnotherValue(String text, Random random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (lines.isEmpty()) {
            return text;
        }
        int at = random.nextInt(lines.size());
        int colon = lines.get(at).indexOf(": ");
        if (colon >= 0) {
            lines.set(at, lines.get(at).substring(0, colon + 2) + VALUES[random.nextInt(VALUES.length)]);
        }
        return String.join("\n", lines) + "\n";
    }

    private enum LineSlip {
        DELETE,
        REPEAT,
        SWAP
    }

    private static String withLines(String text, Random random, LineSlip slip) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (lines.isEmpty()) {
            return text;
        }
        int at = random.nextInt(lines.size());
        switch (slip) {
            case DELETE -> lines.remove(at);
            case REPEAT -> lines.add(random.nextInt(lines.size() + 1), lines.get(at));
            case SWAP -> Collections.swap(lines, at, random.nextInt(lines.size()));
        }
        return String.join("\n", lines) + "\n";
    }

    /** The beginning of one text and the end of another, each cut anywhere. */
    private static String spliced(String text, String other, Random random) {
        return text.substring(0, random.nextInt(text.length() + 1))
                + other.substring(random.nextInt(other.length() + 1));
    }
}
