package dev.tollgate.cli.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The {@code promtool} of this machine. */
final class Promtool {
    /** {@code required} makes a promtool that is missing a failure; else its tests are skipped and say so. */
    private static final String PROPERTY = "tollgate.promtool";

    private final String program;

    private Promtool(String program) {
        this.program = program;
    }

    /** Skips the test if it is not installed. */
    static Promtool installed() {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String message = "promtool is not installed, so no expression was evaluated: apt-get install prometheus"
                    + " (.ci/run does)";
            assertThat(System.getProperty(PROPERTY)).as(message).isNotEqualTo("required");
            return Assumptions.abort(message);
        }
        return new Promtool(found.get().toString());
    }

    /** @param status exit status */
    record Result(int status, String output) {}

    /** Runs it in the folder of the sources. */
    Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(Path.of("..").toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
