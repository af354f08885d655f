import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that every link of a document to a file of this repository leads somewhere: {@code CheckLinks ROOT}. A class
 * that is renamed or moved takes the pages that name it along.
 */
final class CheckLinks {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```|`[^`\n]*`");
    private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git");

    private CheckLinks() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: CheckLinks ROOT");
            System.exit(2);
        }
        Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
        List<Path> documents = documentsBelow(root);
        List<String> problems = new ArrayList<>();
        int links = 0;
        for (Path document : documents) {
            Matcher link = LINK.matcher(CODE.matcher(Files.readString(document)).replaceAll(""));
            while (link.find()) {
                String target = link.group(1);
                if (target.contains(":") || target.startsWith("#")) {
                    continue;
                }
                links++;
                String file = URLDecoder.decode(target.replaceFirst("#.*", ""), StandardCharsets.UTF_8);
                Path named = document.resolveSibling(file).normalize();
                if (!named.startsWith(root) || !Files.exists(named)) {
                    problems.add(root.relativize(document) + " links to " + target + ", which is not there");
                }
            }
        }
        if (links == 0) {
            problems.add("no link found: the check itself is broken");
        }
        if (!problems.isEmpty()) {
            problems.forEach(problem -> System.err.println("[links] " + problem));
            System.exit(1);
        }
        System.out.println("[links] " + links + " links in " + documents.size() + " documents lead somewhere");
    }

    private static List<Path> documentsBelow(Path root) throws IOException {
        List<Path> documents = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return SKIPPED.contains(String.valueOf(directory.getFileName()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        documents.sort(null);
        return documents;
    }
}
