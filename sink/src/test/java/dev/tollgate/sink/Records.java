package dev.tollgate.sink;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.avro.WindowUnit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Records as the topology writes them. */
public final class Records {
    private Records() {}

    public static UsageJournalEntry entry(
            String account, String eventId, Verdict verdict, Instant at, Map<String, Long> costs) {
        return UsageJournalEntry.newBuilder()
                .setAccountId(account)
                .setEventId(eventId)
                .setVerdict(verdict)
                .setOccurredAt(at)
                .setAppendedAt(at.plusMillis(5))
                .setProjectId("project-1")
                .setEndpoint("/v2/mem-it")
                .setOutcome(Outcome.SUCCESS)
                .setPlanId("mem")
                .setPlanVersion(1)
                .setCosts(costs)
                .setSourceTopic("tollgate.request-events")
                .setSourcePartition(0)
                .setSourceOffset(1)
                .build();
    }

    public static UsageTotal total(String account, Instant minute, long used, long version, boolean closed) {
        return UsageTotal.newBuilder()
                .setAccountId(account)
                .setLimitId("requests-per-minute")
                .setMeterId("requests")
                .setScope(Scope.ACCOUNT)
                .setWindowStart(minute)
                .setWindowEnd(minute.plus(1, ChronoUnit.MINUTES))
                .setWindow("MINUTE")
                .setUsed(used)
                .setAmount(100L)
                .setPlanId("mem")
                .setPlanVersion(1)
                .setClosed(closed)
                .setStreamTime(minute.plusSeconds(30))
                .setVersion(version)
                .build();
    }

    public static LimitEvent limitEvent(String account, String id, LimitEventKind kind, Instant at) {
        return LimitEvent.newBuilder()
                .setLimitEventId(id)
                .setAccountId(account)
                .setKind(kind)
                .setLimitId("requests-per-minute")
                .setMeterId("requests")
                .setWindowStart(at.truncatedTo(ChronoUnit.MINUTES))
                .setWindowEnd(at.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES))
                .setUsed(100L)
                .setAmount(100L)
                .setOvershoot(0L)
                .setPlanId("mem")
                .setPlanVersion(1)
                .setCrossingEventId("event-100")
                .setCrossingTopic("tollgate.request-events")
                .setCrossingPartition(0)
                .setCrossingOffset(1L)
                .setEventTime(at)
                .setDecidedAt(at.plusMillis(7))
                .setVersion(100)
                .setBlockedUntil(at.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES))
                .build();
    }

    public static LimitState state(String account, long used, long version) {
        Instant minute = Instant.parse("2026-11-02T10:20:00Z");
        return LimitState.newBuilder()
                .setAccountId(account)
                .setVersion(version)
                .setStreamTime(minute.plusSeconds(30))
                .setAsOf(minute.plusSeconds(31))
                .setPlanId("mem")
                .setPlanVersion(1)
                .setExempt(false)
                .setSuspended(false)
                .setBuckets(List.of(BucketState.newBuilder()
                        .setLimitId("requests-per-minute")
                        .setMeterId("requests")
                        .setAlgorithm(Algorithm.FIXED_WINDOW)
                        .setMode(Mode.ENFORCE)
                        .setScope(Scope.ACCOUNT)
                        .setScopeKey("")
                        .setAmount(100L)
                        .setUsed(used)
                        .setWindowStart(minute)
                        .setWindowEnd(minute.plusSeconds(60))
                        .setSoftReached(false)
                        .setHardReached(false)
                        .build()))
                .setOverrides(List.of())
                .setMostConstrained(Map.of("requests", "requests-per-minute"))
                .setSourcePartition(0)
                .setSourceOffset(41)
                .build();
    }

    public static DeadLetter deadLetter(String reason, long sourceOffset) {
        return DeadLetter.newBuilder()
                .setReason(reason)
                .setDetail("payload is too short: needs at least 5 bytes, was 3")
                .setSourceTopic("tollgate.request-events")
                .setSourcePartition(2)
                .setSourceOffset(sourceOffset)
                .setAppendedAt(Instant.parse("2026-11-02T10:20:30Z"))
                .setValue(ByteBuffer.wrap("\0\1\2".getBytes(StandardCharsets.ISO_8859_1)))
                .setRejectedAt(Instant.parse("2026-11-02T10:20:30.100Z"))
                .build();
    }

    public static Plan plan() {
        return Plan.newBuilder()
                .setPlanId("mem")
                .setTitle("Mem")
                .setVersions(List.of(PlanVersion.newBuilder()
                        .setVersion(1)
                        .setEffectiveFrom(Instant.parse("2026-01-01T00:00:00Z"))
                        .setChecksum("abc")
                        .setMeters(List.of())
                        .setLimits(List.of(Limit.newBuilder()
                                .setLimitId("requests-per-minute")
                                .setMeterId("requests")
                                .setAmount(100L)
                                .setAlgorithm(Algorithm.FIXED_WINDOW)
                                .setWindow(WindowUnit.MINUTE)
                                .setGraceMs(10_000)
                                .build()))
                        .build()))
                .build();
    }
}
