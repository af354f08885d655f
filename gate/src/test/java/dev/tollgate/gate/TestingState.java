package dev.tollgate.gate;

import dev.tollgate.planmodel.time.FixedWindows;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitOverride;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes snapshots as the topology publishes them. */
public final class TestingState {
    private static final String ACCOUNT = "acme";

    private final LimitState.Builder state = LimitState.newBuilder();
    private final List<BucketState> buckets = new ArrayList<>();
    private final List<LimitOverride> overrides = new ArrayList<>();
    private final long atMillis;

    private TestingState(long version, long atMillis) {
        this.atMillis = atMillis;
        state.setAccountId(ACCOUNT)
                .setVersion(version)
                .setStreamTime(Instant.ofEpochMilli(atMillis))
                .setAsOf(Instant.ofEpochMilli(atMillis))
                .setPlanId("mem")
                .setPlanVersion(1)
                .setExempt(false)
                .setSuspended(false)
                .setMostConstrained(Map.of())
                .setSourcePartition(0)
                .setSourceOffset(version);
    }

    /** The account {@code acme} on version 1 of the plan {@code mem}, as of a moment. */
    public static TestingState at(long version, long atMillis) {
        return new TestingState(version, atMillis);
    }

    TestingState account(String accountId) {
        state.setAccountId(accountId);
        return this;
    }

    /** The newest request event that is in it. */
    TestingState reaching(int partition, long offset) {
        state.setSourcePartition(partition).setSourceOffset(offset);
        return this;
    }

    /** Makes it a record of one project or API key. */
    TestingState of(Scope scope, String scopeKey) {
        state.setScope(scope).setScopeKey(scopeKey);
        return this;
    }

    TestingState plan(String planId, int version) {
        state.setPlanId(planId).setPlanVersion(version);
        return this;
    }

    /** The account has a calendar of its own. */
    TestingState follows(WindowCalendar calendar) {
        state.setCalendar(WindowTranslator.calendar(calendar));
        return this;
    }

    public TestingState exempt() {
        state.setExempt(true);
        return this;
    }

    public TestingState suspended(@Nullable Instant until, String reason) {
        state.setSuspended(true).setSuspendedUntil(until).setSuspensionReason(reason);
        return this;
    }

    public TestingState override(String limitId, @Nullable Long amount) {
        overrides.add(new LimitOverride(limitId, amount));
        return this;
    }

    /** A fixed window that the moment of the snapshot is in. */
    public TestingState window(String limitId, String meterId, WindowUnit unit, @Nullable Long amount, long used) {
        return window(limitId, meterId, unit, amount, used, Scope.ACCOUNT, "");
    }

    public TestingState window(
            String limitId,
            String meterId,
            WindowUnit unit,
            @Nullable Long amount,
            long used,
            Scope scope,
            String scopeKey) {
        FixedWindows windows = FixedWindows.of(
                WindowLength.of(dev.tollgate.planmodel.time.WindowUnit.valueOf(unit.name())), WindowCalendar.UTC);
        Instant end = Instant.ofEpochMilli(windows.endOf(atMillis));
        boolean hard = amount != null && used >= amount;
        buckets.add(bucket(limitId, meterId, Algorithm.FIXED_WINDOW, amount, used)
                .setScope(scope)
                .setScopeKey(scopeKey)
                .setWindowStart(Instant.ofEpochMilli(windows.startOf(atMillis)))
                .setWindowEnd(end)
                .setHardReached(hard)
                .setBlockedUntil(hard ? end : null)
                .build());
        return this;
    }

    /** A leaky bucket, sliding window or number of requests in flight. */
    TestingState level(
            String limitId,
            String meterId,
            Algorithm algorithm,
            long amount,
            long used,
            @Nullable Long periodMillis,
            @Nullable Instant blockedUntil) {
        buckets.add(bucket(limitId, meterId, algorithm, amount, used)
                .setPeriodMs(periodMillis)
                .setHardReached(blockedUntil != null)
                .setBlockedUntil(blockedUntil)
                .build());
        return this;
    }

    private static BucketState.Builder bucket(
            String limitId, String meterId, Algorithm algorithm, @Nullable Long amount, long used) {
        return BucketState.newBuilder()
                .setLimitId(limitId)
                .setMeterId(meterId)
                .setAlgorithm(algorithm)
                .setMode(Mode.ENFORCE)
                .setScope(Scope.ACCOUNT)
                .setAmount(amount)
                .setUsed(used)
                .setSoftReached(false)
                .setHardReached(false);
    }

    public LimitState build() {
        return state.setBuckets(buckets).setOverrides(overrides).build();
    }
}
