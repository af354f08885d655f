package dev.tollgate.cli.local;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tollgate aot-cache}: what a JVM has learned in one run, kept for the next ones (JEP 483, 514 and 515). */
@Command(
        name = "aot-cache",
        description = {
            "Make every later start faster: keep what the JVM learns in one run.",
            "",
            "Runs a small demo in a JVM of its own and writes the classes that it loaded, linked, and the profiles of"
                + " its methods to a cache in this release's folder (about 120 MB), which the launcher uses from then"
                + " on. It takes about a minute, once for each build and JDK. A cache that does not fit is left aside;"
                + " delete the folder 'aot' to go without.",
        },
        mixinStandardHelpOptions = true)
public final class AotCacheCommand implements Callable<Integer> {
    /** Enough for the code that handles events to be known as what is used most. */
    private static final String EVENTS = "20000";

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        FullRelease.require("aot-cache");
        String home = System.getProperty("tollgate.home");
        if (home == null) {
            throw new CommandFailure("the cache belongs to a release folder: run this with the launcher 'tollgate'");
        }
        Path folder = Path.of(home).resolve("aot");
        Path cache = folder.resolve("tollgate.aot");
        Path made = folder.resolve("tollgate.aot." + ProcessHandle.current().pid());
        Path log = folder.resolve("training.log");
        Files.createDirectories(folder);
        try (Progress progress = Progress.onStandardError()) {
            progress.say("a small demo runs in a JVM that takes notes, then the cache is written; about a minute");
            train(made, log);
            Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            progress.end();
        } finally {
            Files.deleteIfExists(made);
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s (%d MB); every start from this folder uses it%n",
                        cache,
                        Files.size(cache) >> 20);
        return ExitCode.OK;
    }

    private static void train(Path made, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:AOTCacheOutput=" + made,
                // As in the launcher: the cache holds for one collector and one class path.
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dtollgate.home=" + System.getProperty("tollgate.home"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.tollgate.cli.Main",
                "demo",
                "--events",
                EVENTS));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH"));
        Process process = builder.start();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new CommandFailure("the demo did not end within " + PATIENCE.toMinutes() + " min; see " + log);
            }
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0 || !Files.exists(made)) {
            throw new CommandFailure(
                    "no cache was made: the demo ended with status " + process.exitValue() + "; see " + log);
        }
    }
}
