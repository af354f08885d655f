package dev.tollgate.embedded.process;

import dev.tollgate.embedded.StackException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process on this JVM's own java, tied to us by its standard input ({@link Lifeline}), its output in a log
 * file, and known to be ready by a line that it prints.
 */
public final class ChildJvm implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ChildJvm.class);

    private static final Duration ORDERLY_STOP = Duration.ofSeconds(25);
    private static final Duration FORCED_STOP = Duration.ofSeconds(5);
    private static final int TAIL_LINES = 30;

    /**
     * Ctrl-C and a closed terminal reach every process of the terminal. Children must outlive what we still do with
     * them on our way out, so they ignore both: an ignored signal stays ignored in the program that takes the shell's
     * place.
     */
    private static final String IGNORING_TERMINAL = "trap '' INT HUP; exec \"$0\" \"$@\"";

    private final Spec spec;
    private final Process process;
    private final CompletableFuture<Matcher> ready = new CompletableFuture<>();

    private ChildJvm(Spec spec, Process process) {
        this.spec = spec;
        this.process = process;
    }

    /**
     * What to run.
     *
     * @param name of the part, for messages
     * @param jvmArguments options of the java command, without the class path
     * @param classPath jars and folders
     * @param mainClass its main class
     * @param arguments its arguments
     * @param workingFolder an existing folder
     * @param logFile where its output goes; what the last run wrote is kept beside it as {@code *.previous}
     * @param readyLine matches, somewhere in one line of its output, when it is ready
     * @param readyWithin how long that may take
     * @param secret the first line of its standard input; null for none
     */
    public record Spec(
            String name,
            List<String> jvmArguments,
            List<Path> classPath,
            String mainClass,
            List<String> arguments,
            Path workingFolder,
            Path logFile,
            Pattern readyLine,
            Duration readyWithin,
            @Nullable StartSecret secret) {

        public Spec {
            jvmArguments = List.copyOf(jvmArguments);
            classPath = List.copyOf(classPath);
            arguments = List.copyOf(arguments);
        }

        private List<String> command() {
            List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", IGNORING_TERMINAL));
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmArguments);
            command.add("-classpath");
            command.add(String.join(
                    System.getProperty("path.separator"),
                    classPath.stream().map(Path::toString).toList()));
            command.add(mainClass);
            command.addAll(arguments);
            return command;
        }
    }

    /**
     * Starts the child and waits until it is ready.
     *
     * @throws StackException if it ends before, or is not ready in time (it is ended then); the message ends with its
     *     last words
     */
    public static ChildJvm start(Spec spec) {
        ChildJvm child = launch(spec);
        try {
            child.awaitReady();
            return child;
        } catch (StackException e) {
            child.close();
            throw e;
        }
    }

    /** Where the classes of this module are: a jar or a folder of classes. */
    public static Path ownCode() {
        try {
            return Path.of(Objects.requireNonNull(
                            ChildJvm.class.getProtectionDomain().getCodeSource(), "classes without a source")
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new StackException("the location of Tollgate's own classes is not a path: " + e.getMessage(), e);
        }
    }

    /** What the ready line matched. */
    public Matcher readyLine() {
        return ready.join();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Asks the child to end by closing its standard input, and waits; one that does not listen is killed. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            log.debug("standard input of {} was closed already", spec.name(), e);
        }
        try {
            if (!process.waitFor(ORDERLY_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn(
                        "{} did not stop within {} s and is killed: pid={}",
                        spec.name(),
                        ORDERLY_STOP.toSeconds(),
                        pid());
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the child at once, as a crash would, and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(FORCED_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new StackException("%s (pid %d) does not end, even killed".formatted(spec.name(), pid()));
        }
    }

    private static ChildJvm launch(Spec spec) {
        try {
            Files.createDirectories(spec.workingFolder());
            Files.createDirectories(
                    Objects.requireNonNull(spec.logFile().toAbsolutePath().getParent()));
            keepPrevious(spec.logFile());
            ProcessBuilder builder = new ProcessBuilder(spec.command())
                    .directory(spec.workingFolder().toFile())
                    .redirectErrorStream(true);
            // Options meant for our JVM, such as a debug port, are not meant for its children.
            builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH"));
            ChildJvm child = new ChildJvm(spec, builder.start());
            tellSecret(spec, child.process);
            Thread.ofPlatform().name(spec.name() + "-output").daemon().start(child::copyOutput);
            return child;
        } catch (IOException e) {
            throw new StackException(spec.name() + " could not be launched: " + e.getMessage(), e);
        }
    }

    private static void tellSecret(Spec spec, Process process) {
        StartSecret secret = spec.secret();
        if (secret == null) {
            return;
        }
        try {
            OutputStream input = process.getOutputStream();
            input.write((secret.text() + "\n").getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException e) {
            // It has ended already; whoever waits for it to be ready hears why.
            log.debug("{} did not take its secret", spec.name(), e);
        }
    }

    private static void keepPrevious(Path logFile) throws IOException {
        if (Files.exists(logFile)) {
            Path previous = logFile.resolveSibling(logFile.getFileName() + ".previous");
            Files.move(logFile, previous, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void copyOutput() {
        Charset charset = StandardCharsets.UTF_8;
        try (BufferedReader output = process.inputReader(charset);
                BufferedWriter file = Files.newBufferedWriter(spec.logFile(), charset)) {
            String line;
            while ((line = output.readLine()) != null) {
                file.write(line);
                file.newLine();
                file.flush();
                Matcher matcher = spec.readyLine().matcher(line);
                if (!ready.isDone() && matcher.find()) {
                    ready.complete(matcher);
                }
            }
        } catch (IOException e) {
            log.debug("output of {} ended", spec.name(), e);
        } finally {
            ready.completeExceptionally(new IllegalStateException("its output ended"));
        }
    }

    private void awaitReady() {
        try {
            ready.get(spec.readyWithin().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new StackException(spec.name() + " ended before it was ready" + exitStatus() + tail(), e);
        } catch (TimeoutException e) {
            throw new StackException(
                    spec.name() + " was not ready within " + spec.readyWithin().toSeconds() + " s" + tail(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while " + spec.name() + " was starting", e);
        }
    }

    private String exitStatus() {
        try {
            return process.waitFor(FORCED_STOP.toMillis(), TimeUnit.MILLISECONDS)
                    ? " with status " + process.exitValue()
                    : "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(spec.logFile());
            int from = Math.max(0, lines.size() - TAIL_LINES);
            return "; the end of " + spec.logFile() + ":\n" + String.join("\n", lines.subList(from, lines.size()));
        } catch (IOException e) {
            return "; its log " + spec.logFile() + " cannot be read: " + e.getMessage();
        }
    }
}
