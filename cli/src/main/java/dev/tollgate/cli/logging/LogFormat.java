package dev.tollgate.cli.logging;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a line of the log is written. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /** One JSON object a line, for log collectors. */
    JSON;

    private static final String OPTION = "--log";

    /** Read by logback.xml: the name of the appender. */
    private static final String APPENDER = "TOLLGATE_LOG_APPENDER";

    /**
     * The format that a command line or else the environment asks for. Loggers are made before the options are read, so
     * this looks at the words alone; what is no format is text here, and a mistake where the options are read.
     *
     * @param environment value of {@code TOLLGATE_LOG_FORMAT}; null if it is not set
     */
    static LogFormat of(List<String> arguments, @Nullable String environment) {
        String asked = environment;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals(OPTION) && i + 1 < arguments.size()) {
                asked = arguments.get(i + 1);
            } else if (argument.startsWith(OPTION + "=")) {
                asked = argument.substring(OPTION.length() + 1);
            }
        }
        return asked != null && asked.toUpperCase(Locale.ROOT).equals(JSON.name()) ? JSON : TEXT;
    }

    /** Makes every logger of this process write in the format that is asked for; before the first one is made. */
    public static void choose(List<String> arguments) {
        LogFormat format = of(arguments, System.getenv("TOLLGATE_LOG_FORMAT"));
        System.setProperty(APPENDER, format.name().toLowerCase(Locale.ROOT));
    }

    /** Whether this process writes JSON. */
    public static boolean isJson() {
        return JSON.name().equalsIgnoreCase(System.getProperty(APPENDER));
    }
}
