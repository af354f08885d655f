package dev.tollgate.cli.logging;

import ch.qos.logback.classic.LoggerContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Whose lines a log has: fields that each line of JSON carries. */
public final class LogIdentity {
    static final String ROLE = "role";
    static final String INSTANCE = "instance";

    private LogIdentity() {}

    /**
     * Names the process from here on.
     *
     * @param role such as {@code streams}
     * @param instance the name that it keeps over restarts; null if it has none, which leaves process id and host
     */
    public static void set(String role, @Nullable String instance) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.putProperty(ROLE, role);
            context.putProperty(INSTANCE, instance == null ? processAndHost(System.getenv("HOSTNAME")) : instance);
        }
    }

    private static String processAndHost(@Nullable String host) {
        long id = ProcessHandle.current().pid();
        return host == null || host.isBlank() ? Long.toString(id) : id + "@" + host;
    }
}
