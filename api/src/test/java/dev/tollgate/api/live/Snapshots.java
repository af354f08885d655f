package dev.tollgate.api.live;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Snapshots for tests: of an account on plan {@code mem}, version 3. */
public final class Snapshots {
    static {
        AvroTypes.trust();
    }

    /** Begins and ends of a window that is open for a long time, by any clock. */
    public static final Instant START = Instant.parse("2020-01-01T00:00:00Z");

    public static final Instant END = Instant.parse("2199-01-01T00:00:00Z");

    public static final Instant STREAM_TIME = Instant.parse("2026-11-30T23:00:00.250Z");

    private Snapshots() {}

    /** Of an account. */
    public static LimitState ofAccount(String account, long version, BucketState... buckets) {
        return of(account, version).setBuckets(List.of(buckets)).build();
    }

    /** Of a project. */
    public static LimitState ofProject(String account, String project, long version, BucketState... buckets) {
        return of(account, version)
                .setScope(Scope.PROJECT)
                .setScopeKey(project)
                .setBuckets(List.of(buckets))
                .build();
    }

    /** To be changed and built. */
    static LimitState.Builder of(String account, long version) {
        return LimitState.newBuilder()
                .setAccountId(account)
                .setVersion(version)
                .setStreamTime(STREAM_TIME)
                .setAsOf(Instant.parse("2026-11-30T23:00:01Z"))
                .setPlanId("mem")
                .setPlanVersion(3)
                .setExempt(false)
                .setSuspended(false)
                .setBuckets(List.of())
                .setSourcePartition(0)
                .setSourceOffset(7);
    }

    /** A fixed window. */
    public static BucketState window(
            String limit, Scope scope, String key, @Nullable Long amount, long used, Instant start, Instant end) {
        return bucket(limit, Algorithm.FIXED_WINDOW, amount, used)
                .setScope(scope)
                .setScopeKey(key)
                .setWindowStart(start)
                .setWindowEnd(end)
                .build();
    }

    /** A bucket that leaks its amount in a second. */
    static BucketState leaky(String limit, long amount, long used) {
        return bucket(limit, Algorithm.LEAKY_BUCKET, amount, used)
                .setPeriodMs(1_000L)
                .build();
    }

    private static BucketState.Builder bucket(String limit, Algorithm algorithm, @Nullable Long amount, long used) {
        return BucketState.newBuilder()
                .setLimitId(limit)
                .setMeterId("requests")
                .setAlgorithm(algorithm)
                .setMode(Mode.ENFORCE)
                .setScope(Scope.ACCOUNT)
                .setAmount(amount)
                .setUsed(used)
                .setSoftReached(false)
                .setHardReached(false);
    }

    /**
     * The plan: {@code /v2/mem-it} costs 40 requests and everything else one, at most 100 a day, 20 for each project.
     */
    public static Plan plan() {
        PlanVersion version = PlanVersion.newBuilder()
                .setVersion(3)
                .setEffectiveFrom(Instant.EPOCH)
                .setNoticePeriodMs(0)
                .setChecksum("")
                .setMeters(List.of(new Meter(
                        "requests",
                        "",
                        new Cost(1L, 0L, 1L),
                        List.of(new EndpointCost("/v2/mem-it", new Cost(40L, 0L, 1L))))))
                .setLimits(List.of(limit("day", 100, Scope.ACCOUNT), limit("each", 20, Scope.PROJECT)))
                .setPerCallCaps(List.of())
                .setChargedOutcomes(List.of(Outcome.SUCCESS))
                .build();
        return new Plan("mem", "mem", "", List.of(version));
    }

    private static Limit limit(String id, long amount, Scope scope) {
        return Limit.newBuilder()
                .setLimitId(id)
                .setMeterId("requests")
                .setAmount(amount)
                .setAlgorithm(Algorithm.FIXED_WINDOW)
                .setWindow(WindowUnit.DAY)
                .setScope(scope)
                .setMode(Mode.ENFORCE)
                .setThresholds(List.of())
                .setGraceMs(60_000L)
                .build();
    }
}
