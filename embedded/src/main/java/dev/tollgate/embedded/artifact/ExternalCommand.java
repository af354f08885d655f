package dev.tollgate.embedded.artifact;

import dev.tollgate.embedded.StackException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A package manager of this machine, used to fetch a file: it knows the user's mirrors, proxies and credentials, which
 * are none of our business.
 */
final class ExternalCommand {
    private static final Duration DEADLINE = Duration.ofMinutes(20);
    private static final long POLL_MILLIS = 200;
    private static final int TAIL_LINES = 15;

    private ExternalCommand() {}

    /** The program's file, if a folder of {@code path} (as in the environment variable PATH) has it. */
    static Optional<Path> find(String program, String path) {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(path)
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /**
     * Runs a command to its end.
     *
     * @param purpose for the message of a failure, as in "... failed"
     * @param workingFolder where it runs and where its output is kept
     * @param growing the folder whose growth shows how much has been fetched
     * @throws StackException if it fails or takes longer than 20 minutes; the message ends with its last words
     */
    static void run(String purpose, List<String> command, Path workingFolder, Path growing, LongConsumer bytesSoFar)
            throws IOException, InterruptedException {
        Path output = workingFolder.resolve("command.log");
        Process process = new ProcessBuilder(command)
                .directory(workingFolder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        long before = Folders.bytes(growing);
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                bytesSoFar.accept(Math.max(0, Folders.bytes(growing) - before));
                if (System.nanoTime() > deadline) {
                    throw new StackException(
                            purpose + " did not end within " + DEADLINE.toMinutes() + " min" + tail(output));
                }
            }
        } finally {
            end(process);
        }
        if (process.exitValue() != 0) {
            throw new StackException(purpose + " failed with status " + process.exitValue() + ": "
                    + String.join(" ", command) + tail(output));
        }
    }

    private static void end(Process process) {
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            descendants.forEach(ProcessHandle::destroy);
        }
        process.destroy();
    }

    private static String tail(Path output) throws IOException {
        List<String> lines = Files.readAllLines(output);
        return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
