package dev.tollgate.faults.cluster;

import dev.tollgate.cli.Main;
import dev.tollgate.embedded.process.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A child JVM. Unlike the embedded stack's children it is not waited for: a role that is started while what it needs is
 * away is part of the campaign. It ends with this process, through its standard input.
 */
final class Child {
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);
    private static final String IGNORING_TERMINAL = "trap '' INT HUP; exec \"$0\" \"$@\"";

    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    /**
     * What to run.
     *
     * @param mainClass its main class, run under a {@link Lifeline}
     * @param environment variables beside ours
     * @param heapMegabytes largest heap
     * @param jvmOptions beside ours, the class path among them
     */
    record Program(
            String mainClass,
            List<String> arguments,
            Map<String, String> environment,
            int heapMegabytes,
            List<String> jvmOptions) {
        Program {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
            jvmOptions = List.copyOf(jvmOptions);
        }

        /** One of this module's own, on this JVM's class path. */
        static Program own(
                String mainClass, List<String> arguments, Map<String, String> environment, int heapMegabytes) {
            return new Program(
                    mainClass,
                    arguments,
                    environment,
                    heapMegabytes,
                    List.of("-classpath", System.getProperty("java.class.path")));
        }

        /** A command of the release. */
        static Program ofRelease(List<String> arguments, Map<String, String> environment, int heapMegabytes) {
            List<String> options = new ArrayList<>(ReleaseFolder.cacheOptions());
            options.addAll(List.of("-classpath", ReleaseFolder.classPath()));
            return new Program(Main.class.getName(), arguments, environment, heapMegabytes, options);
        }
    }

    static Child start(Program program, Path workingFolder, Path logFile) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", IGNORING_TERMINAL));
        command.addAll(java(program.heapMegabytes()));
        command.addAll(program.jvmOptions());
        command.add(Lifeline.class.getName());
        command.add(program.mainClass());
        command.addAll(program.arguments());
        return new Child(launch(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile())),
                program.environment(),
                workingFolder));
    }

    /** The java command up to the class path: small heaps, and a compiler that is quick rather than thorough. */
    static List<String> java(int heapMegabytes) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                // The launcher's, not the one of these tests.
                "-Dlogback.configurationFile=logback.xml",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    static Process launch(ProcessBuilder builder, Map<String, String> environment, Path workingFolder) {
        try {
            Files.createDirectories(workingFolder);
            builder.directory(workingFolder.toFile());
            builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH"));
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Exit status of a child that has ended. */
    int exitStatus() {
        return process.exitValue();
    }

    /** Ends it as a crash would, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd(GONE_WITHIN);
    }

    /** Asks it to end by SIGTERM. */
    void askToEnd() {
        process.destroy();
    }

    /** Waits until it has ended; a child that does not is killed. Returns whether it ended by itself. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
        if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return true;
        }
        process.destroyForcibly();
        if (!process.waitFor(GONE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("process " + pid() + " does not end, even killed");
        }
        return false;
    }
}
