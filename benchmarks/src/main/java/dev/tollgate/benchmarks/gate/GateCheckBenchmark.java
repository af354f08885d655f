package dev.tollgate.benchmarks.gate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.WindowUnit;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The allow path of {@link Gate#check(String, String)} for one account, all threads on it, beside Bucket4j's local
 * {@code tryConsume} with as many limits, and a plain cache look-up. Amounts are so large that nothing is ever denied.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GateCheckBenchmark {
    private static final String ACCOUNT = "acme";
    private static final String ENDPOINT = "POST /v2/notes";
    private static final long PLENTY = 10_000_000_000L;

    private Gate oneLimit = gate(1, Algorithm.FIXED_WINDOW);
    private Gate fourLimits = gate(4, Algorithm.FIXED_WINDOW);
    private Gate fourLeaky = gate(4, Algorithm.LEAKY_BUCKET);
    private Bucket bucketOfOne = bucket(1);
    private Bucket bucketOfFour = bucket(4);
    private Cache<String, String> cache =
            Caffeine.newBuilder().maximumSize(10_000).build();

    /** Fills the cache and proves that what is measured is the allow path. */
    @Setup
    public void fill() {
        cache.put(ACCOUNT, ACCOUNT);
        for (Gate gate : List.of(oneLimit, fourLimits, fourLeaky)) {
            if (!gate.check(ACCOUNT, ENDPOINT).allowed() || gate.metrics().allowedUnknown() > 0) {
                throw new IllegalStateException("the account must be known and allowed");
            }
        }
    }

    @Benchmark
    public Decision gateOneLimit() {
        return oneLimit.check(ACCOUNT, ENDPOINT);
    }

    @Benchmark
    public Decision gateFourLimits() {
        return fourLimits.check(ACCOUNT, ENDPOINT);
    }

    @Benchmark
    public Decision gateFourLeakyLimits() {
        return fourLeaky.check(ACCOUNT, ENDPOINT);
    }

    @Benchmark
    public boolean bucket4jOneLimit() {
        return bucketOfOne.tryConsume(1);
    }

    @Benchmark
    public boolean bucket4jFourLimits() {
        return bucketOfFour.tryConsume(1);
    }

    @Benchmark
    public @Nullable String caffeineGet() {
        return cache.getIfPresent(ACCOUNT);
    }

    private static Bucket bucket(int limits) {
        var builder = Bucket.builder();
        for (int i = 1; i <= limits; i++) {
            long capacity = PLENTY * i;
            Duration period = Duration.ofMinutes(i);
            builder.addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, period));
        }
        return builder.build();
    }

    private static Gate gate(int limits, Algorithm algorithm) {
        Gate gate = Gate.unfed(
                GateConfig.from(Map.of("kafka.bootstrap-servers", "127.0.0.1:1", "registry.url", "http://127.0.0.1:1")),
                System::currentTimeMillis);
        WindowUnit[] units = {WindowUnit.MINUTE, WindowUnit.DAY, WindowUnit.HOUR, WindowUnit.MONTH};
        List<Limit> all = new ArrayList<>();
        for (int i = 0; i < limits; i++) {
            boolean fixed = algorithm == Algorithm.FIXED_WINDOW;
            all.add(Limit.newBuilder()
                    .setLimitId("limit-" + i)
                    .setMeterId(i % 2 == 0 ? "requests" : "complexity")
                    .setAmount(PLENTY * (i + 1))
                    .setAlgorithm(algorithm)
                    .setWindow(fixed ? units[i] : null)
                    .setPeriodMs(fixed ? null : 60_000L * (i + 1))
                    .setGraceMs(60_000L)
                    .build());
        }
        Cost one = new Cost(1L, 0L, 1L);
        gate.apply(new Plan(
                "mem",
                "",
                "",
                List.of(PlanVersion.newBuilder()
                        .setVersion(1)
                        .setEffectiveFrom(Instant.EPOCH)
                        .setChecksum("")
                        .setMeters(List.of(
                                new Meter("requests", "", one, List.of()),
                                new Meter(
                                        "complexity",
                                        "",
                                        one,
                                        List.of(new EndpointCost("/v2/mem-it", new Cost(40L, 0L, 1L))))))
                        .setLimits(all)
                        .setChargedOutcomes(List.of(Outcome.SUCCESS))
                        .build())));
        Instant now = Instant.now();
        gate.apply(LimitState.newBuilder()
                .setAccountId(ACCOUNT)
                .setVersion(1)
                .setStreamTime(now)
                .setAsOf(now)
                .setPlanId("mem")
                .setPlanVersion(1)
                .setExempt(false)
                .setSuspended(false)
                .setBuckets(List.of())
                .setSourcePartition(0)
                .setSourceOffset(0)
                .build());
        return gate;
    }
}
