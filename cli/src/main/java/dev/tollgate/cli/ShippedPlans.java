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
    private static final String PRESET = "mem.yaml";

    private ShippedPlans() {}

    /**
     * Reads a catalogue; null is the one that ships as {@code plans/mem.yaml}.
     *
     * @throws CommandFailure with every problem of the file
     */
    public static List<Plan> read(@Nullable Path file) {
        Path chosen = file == null ? shipped() : file;
        try {
            return PlanFile.read(chosen);
        } catch (PlanFileException e) {
            throw new CommandFailure(e.getMessage() == null ? chosen + " is not a plan catalogue" : e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailure("plan file " + chosen + " cannot be read", e);
        }
    }

    private static Path shipped() {
        String home = System.getProperty("tollgate.home");
        return Stream.of(
                        home == null ? Path.of("plans", PRESET) : Path.of(home, "plans", PRESET),
                        Path.of("plans", PRESET),
                        Path.of("..", "plans", PRESET))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() ->
                        new CommandFailure("plans/" + PRESET + " is not there; name a catalogue with --plan FILE"));
    }
}
