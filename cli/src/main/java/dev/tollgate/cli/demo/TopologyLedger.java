package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What the topology says: its output topics, read as far as they are committed. */
final class TopologyLedger implements AutoCloseable {
    private final TopicScan<UsageJournalEntry> journal;
    private final TopicScan<UsageTotal> totals;
    private final TopicScan<LimitEvent> limitEvents;
    private final TopicScan<DeadLetter> deadLetters;
    private final TopicScan<LimitState> limitStates;
    private final Set<String> windowedLimits;

    private final Map<String, Long> verdictCounts = new HashMap<>();
    private final Map<String, Long> reasonCounts = new HashMap<>();
    private final Map<String, Long> countedByAccount = new HashMap<>();
    private final Map<String, Long> usage = new HashMap<>();
    private final Map<DemoLedger.Bucket, Long> used = new HashMap<>();
    private final Map<DemoLedger.Bucket, Long> usedVersions = new HashMap<>();
    private final Map<DemoLedger.Crossing, DemoLedger.Reached> alerts = new HashMap<>();
    private final Map<DemoLedger.Crossing, DemoLedger.Reached> blocks = new HashMap<>();
    private final Map<DemoLedger.Crossing, DemoLedger.Reached> advice = new HashMap<>();
    private final Map<String, LimitState> states = new HashMap<>();
    private final Map<BlockLatencyProbe.Position, Long> appendedAt = new HashMap<>();
    private long judged;
    private long rejected;
    private long firstAppendMillis = Long.MAX_VALUE;
    private long lastVerdictMillis;

    /** @param windowedLimits {@link DemoPlans#windowedLimits}: an event does not say how its limit counts */
    TopologyLedger(KafkaAccess kafka, SchemaRegistryClient registry, Set<String> windowedLimits) {
        this.windowedLimits = windowedLimits;
        journal = TopicScan.of(kafka, registry, Topic.USAGE_JOURNAL, UsageJournalEntry.class);
        totals = TopicScan.of(kafka, registry, Topic.USAGE_TOTALS, UsageTotal.class);
        limitEvents = TopicScan.of(kafka, registry, Topic.LIMIT_EVENTS, LimitEvent.class);
        deadLetters = TopicScan.of(kafka, registry, Topic.DEAD_LETTERS, DeadLetter.class);
        limitStates = TopicScan.of(kafka, registry, Topic.LIMIT_STATE, LimitState.class);
    }

    /** Reads on and says how many records have come out of the topology: journal entries and dead letters. */
    long readVerdicts() {
        journal.readOn(record -> {
            UsageJournalEntry entry = record.value();
            judged++;
            verdictCounts.merge(entry.getVerdict().name(), 1L, Long::sum);
            if (entry.getVerdict() == dev.tollgate.schemas.avro.Verdict.COUNTED) {
                countedByAccount.merge(entry.getAccountId(), 1L, Long::sum);
                entry.getCosts()
                        .forEach((meter, cost) -> usage.merge(entry.getAccountId() + " " + meter, cost, Long::sum));
            }
            firstAppendMillis =
                    Math.min(firstAppendMillis, entry.getAppendedAt().toEpochMilli());
            lastVerdictMillis = Math.max(lastVerdictMillis, record.timestamp());
            appendedAt.put(
                    new BlockLatencyProbe.Position(entry.getSourcePartition(), entry.getSourceOffset()),
                    entry.getAppendedAt().toEpochMilli());
        });
        deadLetters.readOn(record -> {
            rejected++;
            reasonCounts.merge(record.value().getReason(), 1L, Long::sum);
        });
        return judged + rejected;
    }

    /** Reads everything else on and returns the whole. */
    DemoLedger read() {
        readVerdicts();
        totals.readOn(record -> {
            UsageTotal total = record.value();
            DemoLedger.Bucket bucket = new DemoLedger.Bucket(
                    total.getAccountId(),
                    total.getLimitId(),
                    total.getScopeKey(),
                    total.getWindowStart().toEpochMilli());
            if (usedVersions.getOrDefault(bucket, Long.MIN_VALUE) <= total.getVersion()) {
                usedVersions.put(bucket, total.getVersion());
                used.put(bucket, total.getUsed());
            }
        });
        limitEvents.readOn(record -> note(record.value()));
        limitStates.readOn(record -> {
            // What is deleted is over, and stays in ClickHouse's table for a while as well.
            if (record.value() != null) {
                states.put(record.key(), record.value());
            }
        });
        Map<DemoLedger.LimitKey, DemoLedger.Level> levels = new HashMap<>();
        Map<String, Long> streamTimes = new HashMap<>();
        states.values().forEach(state -> {
            String accountId = state.getAccountId();
            for (BucketState bucket : state.getBuckets()) {
                Instant end = bucket.getWindowEnd();
                levels.put(
                        new DemoLedger.LimitKey(accountId, bucket.getLimitId(), bucket.getScopeKey()),
                        new DemoLedger.Level(
                                bucket.getAlgorithm() == Algorithm.FIXED_WINDOW,
                                bucket.getUsed(),
                                end == null ? Long.MAX_VALUE : end.toEpochMilli()));
            }
            if (state.getScope() == null && state.getStreamTime().toEpochMilli() >= 0) {
                streamTimes.put(accountId, state.getStreamTime().toEpochMilli());
            }
        });
        return new DemoLedger(
                "topology", verdictCounts, reasonCounts, used, usage, alerts, blocks, advice, levels, streamTimes);
    }

    private void note(LimitEvent event) {
        switch (event.getKind()) {
            case SOFT_LIMIT_REACHED -> note(event, alerts);
            case HARD_LIMIT_REACHED -> note(event, blocks);
            case ADVISORY_LIMIT_REACHED -> note(event, advice);
            default -> {
                // The demo compares what was raised; what was cleared follows from it.
            }
        }
    }

    private void note(LimitEvent event, Map<DemoLedger.Crossing, DemoLedger.Reached> crossings) {
        Instant start = event.getWindowStart();
        boolean windowed = windowedLimits.contains(event.getPlanId() + " " + event.getLimitId());
        String eventId = event.getCrossingEventId();
        Integer threshold = event.getThresholdBasisPoints();
        Instant until = event.getBlockedUntil();
        crossings.put(
                new DemoLedger.Crossing(
                        new DemoLedger.Bucket(
                                event.getAccountId(),
                                event.getLimitId(),
                                event.getScopeKey(),
                                windowed && start != null ? start.toEpochMilli() : DemoLedger.Crossing.NO_WINDOW),
                        eventId == null ? "" : eventId,
                        threshold == null ? DemoLedger.Crossing.FULL : threshold),
                DemoLedger.Reached.of(
                        event.getUsed(), until == null ? DemoLedger.Reached.NO_BLOCK : until.toEpochMilli()));
    }

    /** Verdicts so far over the time from the first event's append to the last verdict's. */
    long eventsPerSecond() {
        long millis = Math.max(1, lastVerdictMillis - firstAppendMillis);
        return judged * 1_000 / millis;
    }

    /** Append time of every event that has a verdict. */
    Map<BlockLatencyProbe.Position, Long> appendedAt() {
        return appendedAt;
    }

    /** Number of counted calls by account. */
    Map<String, Long> countedByAccount() {
        return countedByAccount;
    }

    @Override
    public void close() {
        journal.close();
        totals.close();
        limitEvents.close();
        deadLetters.close();
        limitStates.close();
    }
}
