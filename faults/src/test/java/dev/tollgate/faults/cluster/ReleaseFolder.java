package dev.tollgate.faults.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The release that the build has made, whose roles the campaign runs as its launcher would. */
final class ReleaseFolder {
    private static final Path FOLDER =
            Path.of("..", "cli", "target", "tollgate").toAbsolutePath().normalize();

    private ReleaseFolder() {}

    /** Its libraries, in the launcher's order. */
    static String classPath() {
        try (Stream<Path> jars = Files.list(FOLDER.resolve("lib"))) {
            return jars.filter(jar -> jar.toString().endsWith(".jar"))
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(System.getProperty("path.separator")));
        } catch (IOException e) {
            throw new UncheckedIOException("the campaign runs the release in " + FOLDER + ": build it first", e);
        }
    }

    /** What the launcher says to the JVM where {@code tollgate aot-cache} was run; nothing elsewhere. */
    static List<String> cacheOptions() {
        List<String> options = new ArrayList<>();
        Path cache = FOLDER.resolve("aot").resolve("roles.aot");
        if (Files.exists(cache)) {
            options.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"));
        }
        return options;
    }
}
