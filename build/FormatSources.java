import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds every Java file of the tree to one format (palantir-java-format: 4 spaces, 120 columns).
 *
 * <p>Arguments: {@code check|apply ROOT}. {@code check} lists the files that differ and exits with 1; {@code apply}
 * rewrites them. Build output and hidden folders are passed over.
 *
 * <p>Files are looked at by all processors. What was found in format is noted by the digest of its text in
 * {@code build/target}, so that the next run formats only what has changed since. Another formatter or another version
 * of this file makes other digests.
 */
final class FormatSources {
    private final Path root;
    private final boolean apply;
    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(true)
            .build());
    private final String rules;
    private final Set<String> known;

    private FormatSources(Path root, boolean apply) throws IOException {
        this.root = root;
        this.apply = apply;
        String implementation = Objects.requireNonNull(
                        Formatter.class.getProtectionDomain().getCodeSource())
                .getLocation()
                .getPath();
        rules = implementation.substring(implementation.lastIndexOf('/') + 1) + "\n"
                + Files.readString(root.resolve("build").resolve("FormatSources.java"));
        known = Files.exists(noted()) ? Set.copyOf(Files.readAllLines(noted())) : Set.of();
    }

    static void main(String[] args) throws IOException {
        if (args.length != 2 || !(args[0].equals("check") || args[0].equals("apply"))) {
            System.err.println("usage: FormatSources check|apply ROOT, was " + List.of(args));
            System.exit(2);
        }
        new FormatSources(Path.of(args[1]).toRealPath(), args[0].equals("apply")).run();
    }

    private void run() throws IOException {
        List<Looked> looked =
                sourcesBelow(root).parallelStream().map(this::lookAt).toList();
        Set<String> inFormat = new TreeSet<>();
        List<String> problems = new ArrayList<>();
        for (Looked at : looked) {
            if (at.problem().isEmpty()) {
                inFormat.add(at.digest());
            } else {
                problems.add(at.problem());
            }
        }
        Files.createDirectories(noted().getParent());
        Files.write(noted(), inFormat);

        if (!problems.isEmpty()) {
            problems.forEach(problem -> System.err.println("[format] " + problem));
            System.err.println("[format] " + problems.size() + " of " + looked.size()
                    + " Java files; mend with: mvn -q -pl build verify -Dformat=apply");
            System.exit(1);
        }
        System.out.println("[format] " + looked.size() + " Java files are in format");
    }

    /**
     * What became of a file.
     *
     * @param digest of the rules and the text that is in the file now
     * @param problem empty if the file is in format
     */
    private record Looked(String digest, String problem) {}

    private Looked lookAt(Path source) {
        try {
            String before = Files.readString(source);
            String digest = digest(before);
            if (known.contains(digest)) {
                return new Looked(digest, "");
            }
            String after = formatter.formatSourceAndFixImports(before);
            if (before.equals(after)) {
                return new Looked(digest, "");
            }
            if (!apply) {
                return new Looked(digest, root.relativize(source) + ": not formatted");
            }
            Files.writeString(source, after);
            System.out.println("formatted " + root.relativize(source));
            return new Looked(digest(after), "");
        } catch (FormatterException | IOException e) {
            return new Looked("", root.relativize(source) + ": " + e.getMessage());
        }
    }

    private String digest(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(rules.getBytes(StandardCharsets.UTF_8));
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Path noted() {
        return root.resolve("build").resolve("target").resolve("in-format.sha256");
    }

    private static List<Path> sourcesBelow(Path root) throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean passedOver = !directory.equals(root)
                        && (name.equals("target") || name.equals("node_modules") || name.startsWith("."));
                return passedOver ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        sources.sort(null);
        return sources;
    }
}
