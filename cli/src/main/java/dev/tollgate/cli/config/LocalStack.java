package dev.tollgate.cli.config;

import java.nio.file.Path;

/** Where {@code tollgate up} keeps its data and leaves the configuration with which other commands find it. */
public final class LocalStack {
    private LocalStack() {}

    /** {@code $XDG_DATA_HOME/tollgate}, or {@code ~/.local/share/tollgate}. */
    public static Path defaultFolder() {
        String data = System.getenv("XDG_DATA_HOME");
        Path base = data == null || data.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "share")
                : Path.of(data);
        return base.resolve("tollgate");
    }

    /** The configuration file of the stack that is up in a folder; it exists only while the stack is up. */
    public static Path configFile(Path folder) {
        return folder.resolve("tollgate.properties");
    }
}
