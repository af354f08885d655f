package dev.tollgate.benchmarks.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Standard input of a child process. Lines are moments to begin at, in milliseconds since the epoch; its end means that
 * the parent closed it, or is gone.
 */
final class ParentSignal {
    private static volatile boolean ended;
    private static volatile long beginMillis = Long.MAX_VALUE;

    static {
        Thread.ofPlatform().name("parent-signal").daemon().start(() -> {
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            try {
                for (String line = input.readLine(); line != null; line = input.readLine()) {
                    beginMillis = Long.parseLong(line);
                }
            } catch (IOException e) {
                // Gone as well.
            }
            ended = true;
        });
    }

    private ParentSignal() {}

    static boolean isEnded() {
        return ended;
    }

    /** When to begin; far away until the parent has said it. */
    static long beginMillis() {
        return beginMillis;
    }
}
