package dev.tollgate.sink.internal.application;

import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.sink.internal.clickhouse.StoredApplication;
import dev.tollgate.sink.status.SinkException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds the records of one partition of the journal to one accounting application.
 *
 * <p>A role under another {@code streams.application-id} counts everything again into the same journal. Each record of
 * both is sound by itself, so only the header that names the application tells. The id that stands is that of the
 * newest row of the partition, in an empty one that of the newest row of its topic, in an empty table that of the first
 * record. Not thread-safe.
 */
public final class ApplicationCheck {
    private final TopicPartition partition;
    private final ApplicationRules rules;
    private final Set<String> known;
    private final long historyTo;
    private String standing;

    /**
     * @param stored of the topic; ids that are ignored do not count
     * @param historyTo records below this offset are read again, and may be of any application that stands; 0 for none
     */
    public ApplicationCheck(
            TopicPartition partition, List<StoredApplication> stored, ApplicationRules rules, long historyTo) {
        this.partition = partition;
        this.rules = rules;
        this.historyTo = historyTo;
        this.known = stored.stream().map(StoredApplication::applicationId).collect(Collectors.toUnmodifiableSet());
        // Offsets of two partitions have no order, append times have none within a millisecond.
        this.standing = stored.stream()
                .filter(found -> !rules.ignored().contains(found.applicationId()))
                .max(Comparator.<StoredApplication, Boolean>comparing(
                                found -> found.partition() == partition.partition())
                        .thenComparingLong(found ->
                                found.partition() == partition.partition() ? found.maxOffset() : found.newestMillis())
                        .thenComparing(StoredApplication::applicationId))
                .map(StoredApplication::applicationId)
                .orElse("");
    }

    /** Whether a record may follow those that were accepted before it; if so it decides for those after it. */
    public boolean tryAccept(ConsumerRecord<?, ?> record) {
        String id = ApplicationHeader.read(record.headers());
        boolean history = record.offset() < historyTo && known.contains(id);
        if (id.isEmpty() || !(history || standing.isEmpty() || id.equals(standing) || id.equals(rules.next()))) {
            return false;
        }
        standing = id;
        return true;
    }

    /** Why a record that was not accepted stops the sink, and what to do. */
    public SinkException rejection(ConsumerRecord<?, ?> record) {
        String id = ApplicationHeader.read(record.headers());
        String where = partition + "@" + record.offset();
        if (id.isEmpty()) {
            return new SinkException("the record at " + where + " has no header '" + ApplicationHeader.KEY
                    + "' and is not skipped: it does not say which accounting application wrote it. Only Tollgate"
                    + " writes this topic; find out what wrote this record, then delete it or move the group's offset"
                    + " past it");
        }
        return new SinkException("""
            the record at %1$s was written by the accounting application '%2$s', but request_journal has records of \
            '%3$s'. Another application id counts every request again, so nothing more is written. If it was a \
            mistake, set streams.application-id of the accounting role back to '%3$s' and \
            sink.ignored-applications of the sink to '%2$s', so that its records are skipped. If the change is \
            meant, set sink.next-application to '%2$s'\
            """.formatted(where, id, standing));
    }
}
