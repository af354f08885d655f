package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.fail;

import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions. */
final class Waiting {
    private Waiting() {}

    /** Returns as soon as the condition holds; fails when it does not in time. */
    static void until(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(TestingPipeline.PATIENCE);
        while (!condition.call()) {
            if (Instant.now().isAfter(deadline)) {
                fail("the condition did not come true within " + TestingPipeline.PATIENCE);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
