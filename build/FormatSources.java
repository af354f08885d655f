import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds every Java file of the tree to one format (palantir-java-format: 4 spaces, 120 columns).
 *
 * <p>Arguments: {@code check|apply ROOT}. {@code check} lists the files that differ and exits with 1; {@code apply}
 * rewrites them. Build output and hidden folders are passed over.
 */
final class FormatSources {
    private FormatSources() {}

    static void main(String[] args) throws IOException {
        if (args.length != 2 || !(args[0].equals("check") || args[0].equals("apply"))) {
            System.err.println("usage: FormatSources check|apply ROOT, was " + List.of(args));
            System.exit(2);
        }
        boolean apply = args[0].equals("apply");
        Path root = Path.of(args[1]).toRealPath();
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(true)
                .build());

        List<Path> sources = sourcesBelow(root);
        List<String> problems = new ArrayList<>();
        for (Path source : sources) {
            String before = Files.readString(source);
            String after;
            try {
                after = formatter.formatSourceAndFixImports(before);
            } catch (FormatterException e) {
                problems.add(root.relativize(source) + ": " + e.getMessage());
                continue;
            }
            if (!before.equals(after)) {
                if (apply) {
                    Files.writeString(source, after);
                    System.out.println("formatted " + root.relativize(source));
                } else {
                    problems.add(root.relativize(source) + ": not formatted");
                }
            }
        }

        if (!problems.isEmpty()) {
            problems.forEach(problem -> System.err.println("[format] " + problem));
            System.err.println("[format] " + problems.size() + " of " + sources.size()
                    + " Java files; mend with: mvn -q -pl build verify -Dformat=apply");
            System.exit(1);
        }
        System.out.println("[format] " + sources.size() + " Java files are in format");
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
