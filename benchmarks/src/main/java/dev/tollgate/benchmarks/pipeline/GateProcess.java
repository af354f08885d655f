package dev.tollgate.benchmarks.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A program of this module in a process of its own. It says lines on standard output, the first of them {@code READY},
 * and ends when its standard input ends; so it never outlives this process.
 */
final class GateProcess implements AutoCloseable {
    static final String READY = "READY";
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;
    private @Nullable Thread reader;

    GateProcess(Class<?> program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Waits for the program to be ready, then hands on every line that it says. */
    void awaitReady(Consumer<String> lines) throws IOException {
        String line = output.readLine();
        while (line != null && !line.equals(READY)) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("a child process ended before it was ready");
        }
        reader = Thread.ofPlatform()
                .name("child-output")
                .daemon()
                .start(() -> output.lines().forEach(lines));
    }

    /** Tells the program when to begin, in milliseconds since the epoch. */
    void begin(long atMillis) throws IOException {
        process.getOutputStream().write((atMillis + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Lets the program end by itself and hands on what it still says. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            if (reader != null) {
                reader.join(PATIENCE_SECONDS * 1_000);
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
