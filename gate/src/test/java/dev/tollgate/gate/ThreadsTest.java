package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads on one account, and what a decision costs in memory. */
class ThreadsTest {
    private static final int THREADS = 8;
    private static final String ORDINARY = "/v2/notes";

    private final TestingGate testing = new TestingGate();
    private final Gate gate = testing.gate;

    private long sumOf(Callable<Long> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                results.add(threads.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            long sum = 0;
            for (Future<Long> result : results) {
                sum += result.get();
            }
            return sum;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FIXED_WINDOW", "LEAKY_BUCKET", "SLIDING_WINDOW"})
    void givenManyThreads_whenTheyShareAnAccount_thenExactlyTheAmountGoesAhead(Algorithm algorithm) throws Exception {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("day", "requests", 100_000L, algorithm, WindowUnit.DAY)
                .limit("month", "requests", 70_000L, algorithm, WindowUnit.MONTH)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        long allowed = sumOf(() -> {
            long mine = 0;
            for (int i = 0; i < 20_000; i++) {
                mine += gate.check("acme", ORDINARY).allowed() ? 1 : 0;
            }
            return mine;
        });

        assertThat(allowed).isEqualTo(70_000);
    }

    @Test
    void givenManyThreads_whenCallsFail_thenWhatIsGivenBackCanBeUsedAndNoMore() throws Exception {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("minute", "requests", 5_000L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .limit("in-flight", "requests", 5L, Algorithm.CONCURRENCY, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        long charged = sumOf(() -> {
            long mine = 0;
            for (int i = 0; i < 20_000; i++) {
                Permit permit = gate.begin(Call.of("acme", ORDINARY));
                boolean succeeds = i % 2 == 0;
                permit.end(succeeds ? Outcome.SUCCESS : Outcome.INVALID);
                mine += permit.decision().allowed() && succeeds ? 1 : 0;
            }
            return mine;
        });

        assertThat(charged).isEqualTo(5_000);
        testing.passMillis(50_000);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            permits.add(gate.begin(Call.of("acme", ORDINARY)));
        }
        assertThat(permits)
                .extracting(permit -> permit.decision().allowed())
                .containsExactly(true, true, true, true, true, false);
    }

    @Test
    void givenSnapshotsMeanwhile_whenManyThreadsCall_thenNeverMoreThanTheAmountGoesAhead() throws Exception {
        gate.apply(TestingPlan.perMinute(50_000));
        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 50_000L, 0)
                .build());
        java.util.concurrent.atomic.AtomicLong published = new java.util.concurrent.atomic.AtomicLong();
        java.util.concurrent.atomic.AtomicLong version = new java.util.concurrent.atomic.AtomicLong(1);

        long allowed = sumOf(() -> {
            long mine = 0;
            for (int i = 0; i < 20_000; i++) {
                if (gate.check("acme", ORDINARY).allowed()) {
                    mine++;
                    published.incrementAndGet();
                }
                if (i % 100 == 0) {
                    // The count is read first: a snapshot never tells of calls that were not admitted.
                    synchronized (published) {
                        gate.apply(TestingState.at(version.incrementAndGet(), testing.now())
                                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 50_000L, published.get())
                                .build());
                    }
                }
            }
            return mine;
        });

        assertThat(allowed).isEqualTo(50_000);
    }

    @ParameterizedTest
    @EnumSource(Scope.class)
    void givenWarmGate_whenCallsAreAllowed_thenNothingIsAllocated(Scope scope) {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .meter("complexity", 1, "/v2/mem-it", 40)
                .limit(
                        "minute",
                        "requests",
                        1_000_000_000L,
                        Algorithm.FIXED_WINDOW,
                        WindowUnit.MINUTE,
                        scope,
                        dev.tollgate.schemas.avro.Mode.ENFORCE)
                .limit("day", "requests", 1_000_000_000L, Algorithm.LEAKY_BUCKET, WindowUnit.DAY)
                .limit("sliding", "complexity", 1_000_000_000L, Algorithm.SLIDING_WINDOW, WindowUnit.HOUR)
                .limit("in-flight", "requests", 1_000L, Algorithm.CONCURRENCY, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        callOften();

        long before = threads.getThreadAllocatedBytes(thread);
        long between = threads.getThreadAllocatedBytes(thread);
        boolean allAllowed = callOften();
        long after = threads.getThreadAllocatedBytes(thread);

        assertThat(allAllowed).isTrue();
        // What asking costs is taken off; what remains is less than a byte for every ten thousand calls.
        assertThat(after - between - (between - before)).isLessThan(32);
    }

    private boolean callOften() {
        boolean allowed = true;
        for (int i = 0; i < 400_000; i++) {
            allowed &= gate.check("acme", "p1", "k1", ORDINARY, 3).allowed();
        }
        return allowed;
    }
}
