package dev.tollgate.cli;

import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileException;
import dev.tollgate.schemas.avro.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The plan catalogues that ship with Tollgate. */
public final class ShippedPlans {
    private static final String PRESET = "mem";

    private ShippedPlans() {}

    /**
     * Reads a catalogue; null is the one that ships as {@code plans/mem.yaml}.
     *
     * @throws CommandFailure with every problem of the file
     */
    public static List<Plan> read(@Nullable Path file) {
        return readFile(file == null ? shipped(PRESET) : file);
    }

    /**
     * Reads a catalogue that ships with Tollgate.
     *
     * @param name file name without {@code .yaml}
     * @throws CommandFailure if it is not there
     */
    public static List<Plan> named(String name) {
        return readFile(shipped(name));
    }

    private static List<Plan> readFile(Path chosen) {
        try {
            return PlanFile.read(chosen);
        } catch (PlanFileException e) {
            throw new CommandFailure(e.getMessage() == null ? chosen + " is not a plan catalogue" : e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailure("plan file " + chosen + " cannot be read", e);
        }
    }

    private static Path shipped(String name) {
        String home = System.getProperty("tollgate.home");
        String file = name + ".yaml";
        return Stream.of(
                        home == null ? Path.of("plans", file) : Path.of(home, "plans", file),
                        Path.of("plans", file),
                        Path.of("..", "plans", file))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(
                        () -> new CommandFailure("plans/" + file + " is not there; name a catalogue with --plan FILE"));
    }
}
