package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions. */
public final class Waiting {
    private Waiting() {}

    /** Returns as soon as the condition holds; fails when it does not in time. */
    public static void until(Callable<Boolean> condition) throws Exception {
        until(TestingPipeline.PATIENCE, condition);
    }

    /** As {@link #until(Callable)}, with a patience of its own. */
    public static void until(Duration patience, Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(patience);
        while (!condition.call()) {
            if (Instant.now().isAfter(deadline)) {
                fail("the condition did not come true within " + patience);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
