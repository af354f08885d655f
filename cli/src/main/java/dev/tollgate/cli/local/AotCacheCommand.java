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
            "Runs a small demo, then a short command, in JVMs that write down which classes they load and how their"
                + " methods are used, to two caches in this release's folder (about 140 MB). The launcher uses them"
                + " from then on. It takes about a minute, once for each build and JDK. A cache that does not fit is"
                + " left aside; delete the folder 'aot' to go without.",
        },
        mixinStandardHelpOptions = true)
public final class AotCacheCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /**
     * By the name that the launcher knows. Short commands have a cache of their own: mapping the large one costs them
     * more than it saves.
     */
    private static final List<Training> TRAININGS = List.of(
            new Training(
                    "roles",
                    "a small demo runs in a JVM that takes notes, then its cache is written; about a minute",
                    List.of("demo", "--events", "20000")),
            new Training("commands", "the same for short commands; some seconds", List.of("config")));

    /**
     * A run to learn from.
     *
     * @param cache name of the file that it makes, without its ending
     * @param what for people, while they wait
     * @param arguments of the command
     */
    private record Training(String cache, String what, List<String> arguments) {}

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
        Files.createDirectories(folder);
        try (Progress progress = Progress.onStandardError()) {
            for (Training training : TRAININGS) {
                progress.say(training.what());
                Path cache = make(folder, training);
                spec.commandLine().getOut().printf(Locale.ROOT, "%s (%d MB)%n", cache, Files.size(cache) >> 20);
            }
        }
        return ExitCode.OK;
    }

    private static Path make(Path folder, Training training) throws IOException, InterruptedException {
        Path cache = folder.resolve(training.cache() + ".aot");
        Path made = folder.resolve(
                training.cache() + ".aot." + ProcessHandle.current().pid());
        try {
            train(training, made, folder.resolve(training.cache() + ".log"));
            return Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private static void train(Training training, Path made, Path log) throws IOException, InterruptedException {
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
                "dev.tollgate.cli.Main"));
        command.addAll(training.arguments());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH"));
        Process process = builder.start();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new CommandFailure(
                        "the training did not end within " + PATIENCE.toMinutes() + " min; see " + log);
            }
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0 || !Files.exists(made)) {
            throw new CommandFailure(
                    "no cache was made: the training ended with status " + process.exitValue() + "; see " + log);
        }
    }
}
