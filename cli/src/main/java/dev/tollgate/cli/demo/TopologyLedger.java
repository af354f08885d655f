package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What the topology says: its output topics, read as far as they are committed. */
final class TopologyLedger implements AutoCloseable {
    private final TopicScan<UsageJournalEntry> journal;
    private final TopicScan<UsageTotal> totals;
    private final TopicScan<LimitEvent> limitEvents;
    private final TopicScan<DeadLetter> deadLetters;

    private final Map<String, Long> verdictCounts = new HashMap<>();
    private final Map<String, Long> reasonCounts = new HashMap<>();
    private final Map<String, Long> countedByAccount = new HashMap<>();
    private final Map<Ledger.Bucket, Long> used = new HashMap<>();
    private final Map<Ledger.Bucket, Long> usedVersions = new HashMap<>();
    private final Set<Ledger.Crossing> alerts = new HashSet<>();
    private final Set<Ledger.Crossing> blocks = new HashSet<>();
    private final Map<BlockLatencyProbe.Position, Long> appendedAt = new HashMap<>();
    private long judged;
    private long rejected;
    private long firstAppendMillis = Long.MAX_VALUE;
    private long lastVerdictMillis;

    TopologyLedger(KafkaAccess kafka, SchemaRegistryClient registry) {
        journal = new TopicScan<>(kafka, registry, Topic.USAGE_JOURNAL, UsageJournalEntry.class);
        totals = new TopicScan<>(kafka, registry, Topic.USAGE_TOTALS, UsageTotal.class);
        limitEvents = new TopicScan<>(kafka, registry, Topic.LIMIT_EVENTS, LimitEvent.class);
        deadLetters = new TopicScan<>(kafka, registry, Topic.DEAD_LETTERS, DeadLetter.class);
    }

    /** Reads on and says how many records have come out of the topology: journal entries and dead letters. */
    long readVerdicts() {
        journal.readOn(record -> {
            UsageJournalEntry entry = record.value();
            judged++;
            verdictCounts.merge(entry.getVerdict().name(), 1L, Long::sum);
            if (entry.getVerdict() == dev.tollgate.schemas.avro.Verdict.COUNTED) {
                countedByAccount.merge(entry.getAccountId(), 1L, Long::sum);
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
    Ledger read() {
        readVerdicts();
        totals.readOn(record -> {
            UsageTotal total = record.value();
            Ledger.Bucket bucket = new Ledger.Bucket(
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
        return new Ledger("topology", verdictCounts, reasonCounts, used, alerts, blocks);
    }

    private void note(LimitEvent event) {
        if (event.getLimitId() == null) {
            return;
        }
        long start = event.getWindowStart() == null
                ? event.getEventTime().toEpochMilli()
                : event.getWindowStart().toEpochMilli();
        Ledger.Bucket bucket = new Ledger.Bucket(event.getAccountId(), event.getLimitId(), event.getScopeKey(), start);
        switch (event.getKind()) {
            case SOFT_LIMIT_REACHED ->
                alerts.add(new Ledger.Crossing(
                        bucket, event.getThresholdBasisPoints() == null ? 0 : event.getThresholdBasisPoints()));
            case HARD_LIMIT_REACHED -> blocks.add(new Ledger.Crossing(bucket, Ledger.Crossing.HARD));
            default -> {
                // The demo compares what was raised; what was cleared follows from it.
            }
        }
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
    }
}
