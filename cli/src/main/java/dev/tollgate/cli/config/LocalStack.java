package dev.tollgate.cli.config;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.process.PrivateFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where {@code tollgate up} keeps its data and leaves the configuration with which other commands find it. */
public final class LocalStack {
    private static final String MARK = "# Written by 'tollgate up'; here while the stack is up.";

    private LocalStack() {}

    /**
     * {@code $XDG_DATA_HOME/tollgate}, or {@code ~/.local/share/tollgate}.
     *
     * @throws CommandFailure if the user has no home
     */
    public static Path defaultFolder() {
        String data = System.getenv("XDG_DATA_HOME");
        if (data != null && !data.isBlank()) {
            return Path.of(data).resolve("tollgate");
        }
        String home = System.getProperty("user.home", "?");
        if (home.isBlank() || home.equals("?")) {
            throw new CommandFailure("this user has no home folder: set HOME or XDG_DATA_HOME, or say --data FOLDER");
        }
        return Path.of(home, ".local", "share").resolve("tollgate");
    }

    /** The configuration file of the stack that is up in a folder; it exists only while the stack is up. */
    public static Path configFile(Path folder) {
        return folder.resolve("tollgate.properties");
    }

    /** Writes the configuration file, which holds a password, for its user alone. */
    public static void writeConfig(Path file, Map<String, String> configuration) throws IOException {
        StringBuilder text = new StringBuilder(MARK).append('\n');
        configuration.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        PrivateFiles.write(file, text.toString());
    }

    /**
     * Whether a configuration file was left by a stack that is not up any more, because it was killed: its addresses
     * may be somebody else's by now.
     *
     * @param file that is there
     */
    public static boolean isLeftBehind(Path file) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            Path folder = file.toAbsolutePath().getParent();
            return MARK.equals(lines.readLine()) && folder != null && !EmbeddedStack.isUpIn(folder);
        } catch (IOException e) {
            // Whoever reads it says what is wrong with it.
            return false;
        }
    }
}
