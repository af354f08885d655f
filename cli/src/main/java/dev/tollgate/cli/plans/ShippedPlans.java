package dev.tollgate.cli.plans;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileException;
import dev.tollgate.schemas.avro.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The plan catalogs that ship with Tollgate. */
public final class ShippedPlans {
    private static final String PRESET = "mem";
    private static final String SUFFIX = ".yaml";
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private ShippedPlans() {}

    /**
     * Reads a catalog.
     *
     * @param fileOrName a file, or the name of a catalog that ships with Tollgate, such as {@code memory-crystal}; null
     *     is {@code mem}
     * @throws CommandFailure with every problem of the file, or if there is neither
     */
    public static List<Plan> read(@Nullable String fileOrName) {
        if (fileOrName != null && Files.exists(Path.of(fileOrName))) {
            return readFile(Path.of(fileOrName));
        }
        String name = fileOrName == null ? PRESET : fileOrName;
        return readFile(candidates(name)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new CommandFailure("there is no file '" + name
                        + "' and no catalog of that name ships with Tollgate; name a file, or one of "
                        + String.join(", ", names()))));
    }

    /** Names of the catalogs that ship with Tollgate, as far as they are there. */
    private static List<String> names() {
        for (Path folder : folders()) {
            try (Stream<Path> files = Files.list(folder)) {
                List<String> names = files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(SUFFIX))
                        .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                        .sorted()
                        .toList();
                if (!names.isEmpty()) {
                    return names;
                }
            } catch (IOException e) {
                // The next folder may be there.
            }
        }
        return List.of();
    }

    private static Stream<Path> candidates(String name) {
        return IDENTIFIER.matcher(name).matches()
                ? folders().stream().map(folder -> folder.resolve(name + SUFFIX))
                : Stream.empty();
    }

    private static List<Path> folders() {
        String home = System.getProperty("tollgate.home");
        return home == null
                ? List.of(Path.of("plans"), Path.of("..", "plans"))
                : List.of(Path.of(home, "plans"), Path.of("plans"), Path.of("..", "plans"));
    }

    private static List<Plan> readFile(Path chosen) {
        try {
            return PlanFile.read(chosen);
        } catch (PlanFileException e) {
            throw new CommandFailure(e.getMessage() == null ? chosen + " is not a plan catalog" : e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailure("plan file " + chosen + " cannot be read", e);
        }
    }
}
