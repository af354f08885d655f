package dev.tollgate.embedded.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Ties a child process to its parent through the child's standard input, which the parent holds open: the system closes
 * it when the parent ends, however it ends. All that the parent ever writes is one line with a secret, where the child
 * needs one.
 *
 * <p>As a main class ({@code Lifeline MAIN_CLASS [ARGUMENT...]}) it gives a program that knows nothing of this the same
 * life.
 */
public final class Lifeline {
    private static final Duration EXIT_DEADLINE = Duration.ofSeconds(20);

    private Lifeline() {}

    /**
     * Runs the program named by the first argument in this JVM, and ends the JVM when the parent closes standard input.
     */
    public static void main(String[] arguments) throws Throwable {
        if (arguments.length == 0) {
            System.err.println("usage: Lifeline MAIN_CLASS [ARGUMENT...]");
            System.exit(2);
        }
        Thread.ofPlatform().name("lifeline").daemon().start(Lifeline::exitWithParent);
        Method main = Class.forName(arguments[0]).getMethod("main", String[].class);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Reads the line with the secret, which comes first. */
    public static StartSecret readSecret() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = System.in.read(); read >= 0 && read != '\n'; read = System.in.read()) {
            line.append((char) read);
        }
        if (line.isEmpty()) {
            throw new IOException("the first line of standard input must be the secret, and there was none");
        }
        return new StartSecret(line.toString());
    }

    /** Waits until standard input ends and then exits in order, shutdown hooks included, with status 0. */
    public static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {
                // What the parent says does not matter, only that it is there.
            }
        } catch (IOException e) {
            System.err.println("standard input failed, leaving: " + e.getMessage());
        }
        Thread.ofPlatform().name("lifeline-deadline").daemon().start(Lifeline::haltAtDeadline);
        System.exit(0);
    }

    /** A shutdown hook that hangs must not keep a port or a data folder from the next start. */
    private static void haltAtDeadline() {
        LockSupport.parkNanos(EXIT_DEADLINE.toNanos());
        Runtime.getRuntime().halt(1);
    }
}
