package dev.tollgate.embedded.artifact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The list of an unpacked artifact's files and sizes, written last. A folder without it is unfinished, one that
 * disagrees with it is damaged: checking sizes takes milliseconds where checking hashes of half a gigabyte would take a
 * second per start.
 */
final class Manifest {
    private static final String FILE = ".manifest";

    private Manifest() {}

    static void write(Path folder, String sha512) throws IOException {
        Files.write(folder.resolve(FILE), describe(folder, sha512));
    }

    /** Whether {@code folder} holds exactly what was unpacked from the archive with that hash. */
    static boolean agrees(Path folder, String sha512) throws IOException {
        Path file = folder.resolve(FILE);
        return Files.isRegularFile(file) && Files.readAllLines(file).equals(describe(folder, sha512));
    }

    private static List<String> describe(Path folder, String sha512) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            Stream<String> files = paths.filter(path -> Files.isRegularFile(path) && !path.endsWith(FILE))
                    .map(path -> folder.relativize(path) + " " + path.toFile().length())
                    .sorted();
            return Stream.concat(Stream.of("sha512 " + sha512), files).toList();
        }
    }
}
