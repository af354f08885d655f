package dev.tollgate.plans;

import dev.tollgate.plans.yaml.Location;
import dev.tollgate.plans.yaml.SharedBlocks;
import dev.tollgate.plans.yaml.YamlNode;
import dev.tollgate.plans.yaml.YamlTree;
import dev.tollgate.schemas.avro.Plan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads plan catalogs from YAML. The format is described in {@code docs/plans.md} and by the JSON schema
 * {@code plans/plan.schema.json}; the rules that a schema cannot say are checked here as well.
 *
 * <p>Every version comes with its {@link PlanChecksum checksum} filled in, and everything that the file leaves out has
 * its default, so that readers of the Avro records need no knowledge of the file format.
 */
public final class PlanFile {
    /** Largest file: 1 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    private PlanFile() {}

    /**
     * Reads a file.
     *
     * @return its plans in the order of the file, at least one
     * @throws PlanFileException with every problem, if there is any
     * @throws IOException if the file cannot be opened or read
     */
    public static List<Plan> read(Path file) throws PlanFileException, IOException {
        return plansOf(check(file));
    }

    /**
     * Reads a text.
     *
     * @param text content of the file
     * @param name what messages call it
     * @return its plans in the order of the text, at least one
     * @throws PlanFileException with every problem, if there is any
     */
    public static List<Plan> read(String text, String name) throws PlanFileException {
        return plansOf(check(text, name));
    }

    /**
     * Reads a file and tells what is wrong with it, warnings included.
     *
     * @throws IOException if the file cannot be opened or read
     */
    public static PlanFileReport check(Path file) throws IOException {
        Problems problems = new Problems(file.toString());
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            problems.report(Location.START, "", "must have at most " + MAX_BYTES + " bytes", null);
            return report(file.toString(), List.of(), problems);
        }
        CharBuffer text = decode(bytes, problems);
        return problems.errors() > 0
                ? report(file.toString(), List.of(), problems)
                : check(text.toString(), problems, file.toString());
    }

    /** Reads a text and tells what is wrong with it, warnings included. */
    public static PlanFileReport check(String text, String name) {
        Problems problems = new Problems(name);
        // UTF-8 needs at least one byte for each char.
        if (text.length() > MAX_BYTES) {
            problems.report(Location.START, "", "must have at most " + MAX_BYTES + " bytes", null);
            return report(name, List.of(), problems);
        }
        return check(text, problems, name);
    }

    private static PlanFileReport check(String text, Problems problems, String name) {
        YamlNode root = YamlTree.read(text, problems);
        List<Plan> plans =
                root == null ? List.of() : new PlanReader(problems).read(SharedBlocks.resolve(root, problems));
        return report(name, plans, problems);
    }

    private static PlanFileReport report(String name, List<Plan> plans, Problems problems) {
        List<PlanProblem> all = problems.sorted();
        boolean valid = problems.errors() == 0;
        return new PlanFileReport(
                name,
                valid ? plans : List.of(),
                all.stream()
                        .filter(problem -> problem.severity() == PlanProblem.Severity.ERROR)
                        .toList(),
                all.stream()
                        .filter(problem -> problem.severity() == PlanProblem.Severity.WARNING)
                        .toList());
    }

    private static List<Plan> plansOf(PlanFileReport report) throws PlanFileException {
        if (!report.isValid()) {
            throw new PlanFileException(report.file(), report.errors());
        }
        return report.plans();
    }

    /** Decodes strictly: bytes that are not UTF-8 are reported with their line instead of becoming question marks. */
    private static CharBuffer decode(byte[] bytes, Problems problems) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), text, true);
        text.flip();
        if (result.isError()) {
            int line = 1;
            int column = 1;
            for (int i = 0; i < text.length(); i++) {
                boolean lineEnd = text.charAt(i) == '\n';
                line += lineEnd ? 1 : 0;
                column = lineEnd ? 1 : column + (Character.isLowSurrogate(text.charAt(i)) ? 0 : 1);
            }
            problems.report(new Location(line, column), "", "must be UTF-8 text, but these bytes are not", null);
        }
        return text;
    }
}
