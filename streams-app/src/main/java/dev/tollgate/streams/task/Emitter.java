package dev.tollgate.streams.task;

import dev.tollgate.engine.AccountSnapshot;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.ScopeId;
import dev.tollgate.streams.translate.DeadLetterReason;
import dev.tollgate.streams.translate.OutputTranslator;
import dev.tollgate.streams.translate.RejectedRecordException;
import dev.tollgate.streams.translate.TotalKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Sends outputs to their topics, within the task's transaction, and counts them. Knows no rule and keeps nothing. */
final class Emitter {
    /**
     * Most bytes of the original value that a dead letter repeats: with key and detail it stays below the size that a
     * broker takes by default, whatever somebody managed to publish. The rest stays readable at the record's position.
     */
    static final int MAX_VALUE_BYTES = 900_000;

    static final int MAX_KEY_BYTES = 16_384;
    private static final int MAX_DETAIL = 2_000;
    private static final int MAX_ID = 128;

    private final ProcessorContext<String, SpecificRecord> context;
    private final AccountingMetrics metrics;
    private final int partition;
    private long sent;
    /** Goes with each journal entry: readers tell by it who counted. */
    private final Headers application;

    Emitter(ProcessorContext<String, SpecificRecord> context, AccountingMetrics metrics) {
        this.context = context;
        this.metrics = metrics;
        this.partition = context.taskId().partition();
        this.application = ApplicationHeader.of(context.applicationId());
    }

    /** How many records were sent so far. */
    long sent() {
        return sent;
    }

    /** The partition whose accounts the outputs are about. */
    int partition() {
        return partition;
    }

    void journal(JournalEntry entry) {
        var record = OutputTranslator.journal(entry);
        sent++;
        context.forward(
                new Record<>(record.getAccountId(), record, context.currentSystemTimeMs(), application),
                TopologyNames.JOURNAL_SINK);
        metrics.journal.increment(entry.verdict());
    }

    void limitEvent(LimitEvent event) {
        forward(event.accountId(), OutputTranslator.limitEvent(event), TopologyNames.LIMIT_EVENT_SINK);
        metrics.countLimitEvent(
                event.kind(), context.currentSystemTimeMs() - event.provenance().decidedAtMillis());
    }

    void total(UsageTotal total) {
        forward(TotalKey.of(total), OutputTranslator.total(total), TopologyNames.TOTALS_SINK);
        metrics.usageTotals.increment();
    }

    void snapshot(AccountSnapshot snapshot, AccountRecord account, OutputTranslator.BucketNames names) {
        forward(
                snapshot.accountId(),
                OutputTranslator.limitState(snapshot, account.asOfMillis(), partition, account.lastOffset(), names),
                TopologyNames.LIMIT_STATE_SINK);
        metrics.limitStates.increment();
    }

    /**
     * Publishes where a project or API key stands.
     *
     * @param snapshot with its limits only; null if nothing of them is in use any more
     */
    void snapshot(
            ScopeId scope,
            @Nullable AccountSnapshot snapshot,
            AccountRecord account,
            OutputTranslator.BucketNames names) {
        LimitState record = null;
        if (snapshot != null) {
            record =
                    OutputTranslator.limitState(snapshot, account.asOfMillis(), partition, account.lastOffset(), names);
            record.setScope(OutputTranslator.scope(scope.scope()));
            record.setScopeKey(scope.key());
        }
        String key = new LimitStateKey(account.accountId(), scope.scope().name(), scope.key()).text();
        sent++;
        context.forward(new Record<>(key, record, context.currentSystemTimeMs()), TopologyNames.LIMIT_STATE_SINK);
        metrics.limitStates.increment();
    }

    /** Keeps a rejected record aside. */
    void deadLetter(InputRecord input, RejectedRecordException rejection) {
        deadLetter(input, rejection.reason(), rejection.detail(), rejection.accountId(), rejection.recordId());
    }

    /** Keeps a plan record aside that cannot be used. */
    void deadLetter(InputRecord input, DeadLetterReason reason, String detail) {
        deadLetter(input, reason, detail, null, null);
    }

    private void deadLetter(
            InputRecord input,
            DeadLetterReason reason,
            String detail,
            @Nullable String accountId,
            @Nullable String recordId) {
        DeadLetter letter = new DeadLetter();
        letter.setReason(reason.code());
        byte[] value = input.value();
        String text = cut(detail, MAX_DETAIL);
        if (value != null && value.length > MAX_VALUE_BYTES) {
            text += "; the first " + MAX_VALUE_BYTES + " of " + value.length + " bytes are kept here";
        }
        letter.setDetail(text);
        letter.setSourceTopic(input.position().topic());
        letter.setSourcePartition(input.position().partition());
        letter.setSourceOffset(input.position().offset());
        letter.setAppendedAt(Instant.ofEpochMilli(input.appendedAtMillis()));
        letter.setAccountId(accountId == null ? null : cut(accountId, MAX_ID));
        letter.setEventId(recordId == null ? null : cut(recordId, MAX_ID));
        letter.setKey(bytes(input.key(), MAX_KEY_BYTES));
        letter.setValue(bytes(value, MAX_VALUE_BYTES));
        letter.setRejectedAt(Instant.ofEpochMilli(context.currentSystemTimeMs()));
        forward(null, letter, TopologyNames.DEAD_LETTER_SINK);
        metrics.countDeadLetter(reason);
    }

    private void forward(@Nullable String key, SpecificRecord value, String sink) {
        sent++;
        context.forward(new Record<>(key, value, context.currentSystemTimeMs()), sink);
    }

    private static @Nullable ByteBuffer bytes(byte @Nullable [] bytes, int max) {
        return bytes == null ? null : ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, max));
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max) + "...";
    }
}
