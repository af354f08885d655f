package dev.tollgate.sink.internal.loop;

import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.application.ApplicationCheck;
import dev.tollgate.sink.internal.application.ApplicationRules;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.LostRanges;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.TablePosition;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.ledger.Ledger;
import dev.tollgate.sink.internal.ledger.StartPlan;
import dev.tollgate.sink.status.SinkMetrics;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds log, table and ledger against each other: when a partition is taken, to decide where to begin, and from time to
 * time, to find rows that went meanwhile and read them again. Asks ClickHouse, notes what is lost there, and moves the
 * read position; it inserts no rows and commits no offsets. Not thread-safe.
 */
final class TableAudit {
    private static final Logger log = LoggerFactory.getLogger(TableAudit.class);

    private final ClickHouseWriter writer;
    private final ApplicationRules rules;
    private final LongSupplier nanoTime;
    private final SinkMetrics metrics;
    private boolean tablesThere;

    TableAudit(ClickHouseWriter writer, ApplicationRules rules, LongSupplier nanoTime, SinkMetrics metrics) {
        this.writer = writer;
        this.rules = rules;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
    }

    /**
     * Begins a partition where nothing is left out, and notes what neither log nor table has.
     *
     * @throws UnavailableException if Kafka or ClickHouse does not answer, or the log ends before the table; the
     *     partition is not begun then
     */
    void start(Consumer<byte[], byte[]> consumer, PartitionBuffer buffer) throws UnavailableException {
        if (!tablesThere) {
            writer.requireTables();
            tablesThere = true;
        }
        TopicPartition partition = buffer.partition();
        String table = buffer.mapping().table();
        TablePosition stands = writer.position(table, buffer.topicId(), partition.partition());
        long begin = offset(consumer.beginningOffsets(Set.of(partition)), partition);
        long end = offset(consumer.endOffsets(Set.of(partition)), partition);
        if (buffer.mapping().additive() && stands.end() > end) {
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA,
                    partition + " ends at offset " + end + ", but " + table + " holds it up to " + (stands.end() - 1)
                            + ". If this stays, the log has lost records that were committed");
        }
        OffsetAndMetadata committed = buffer.committed();
        Ledger ledger = committed == null ? null : Ledger.read(committed);
        StartPlan plan =
                StartPlan.of(ledger, begin, stands.end(), buffer.mapping().additive());
        OffsetRange lost = plan.lost();
        if (lost != null) {
            String reason = "the log begins at %d, the table ends at %d, %s"
                    .formatted(
                            begin,
                            stands.end(),
                            ledger == null
                                    ? "the group has committed nothing"
                                    : "the group has committed " + ledger.offset());
            writer.noteLost(table, new RowSource(partition, buffer.topicId(), lost), reason);
            log.error(
                    "records are lost, or were deleted before this sink was set up: partition={} from={} to={} table={}"
                            + " reason={}",
                    partition,
                    lost.from(),
                    lost.to() - 1,
                    table,
                    reason);
        }
        buffer.reportLost(
                LostRanges.offsets(writer.lostRanges(table, buffer.topicId(), partition.partition())), metrics);
        checkApplications(buffer, plan.verifyTo());
        if (plan.replay() != null) {
            log.info(
                    "taking over an unfinished batch: partition={} from={} to={}",
                    partition,
                    plan.replay().from(),
                    plan.replay().to());
            metrics.replayed();
        }
        if (plan.verifyTo() > 0) {
            log.warn(
                    "looking up which rows stand: partition={} from={} to={} table={}",
                    partition,
                    plan.position(),
                    plan.verifyTo(),
                    table);
        }
        consumer.seek(partition, plan.position());
        buffer.start(plan, ledger, stands.end());
    }

    /**
     * Counts what stands, between two batches: then the number of rows is known to the last one. Costs one question to
     * a projection; only where it differs the rows themselves are read.
     *
     * @param buffer of an additive table, {@link PartitionBuffer#isSettled settled}
     * @throws UnavailableException if Kafka or ClickHouse does not answer
     */
    void count(Consumer<byte[], byte[]> consumer, PartitionBuffer buffer) throws UnavailableException {
        String table = buffer.mapping().table();
        int partition = buffer.partition().partition();
        TablePosition stands = writer.position(table, buffer.topicId(), partition);
        if (buffer.rows() == Ledger.UNKNOWN || buffer.rows() == stands.rows()) {
            buffer.expect(stands.rows(), stands.end());
            buffer.reportHoles(0, 0, metrics);
            buffer.counted(nanoTime.getAsLong());
            return;
        }
        long positions = writer.storedPositions(table, buffer.topicId(), partition);
        long doubled = stands.rows() - positions;
        long missing = Math.max(0, buffer.rows() - positions);
        boolean beyond = buffer.isBeyondTheLog(missing);
        if (doubled > 0) {
            log.error(
                    "rows stand twice: partition={} table={} rows={}; tollgate reconcile names them",
                    buffer.partition(),
                    table,
                    doubled);
        }
        if (missing == 0) {
            // Somebody has brought back what was missing when this was counted first.
            buffer.expect(positions, stands.end());
        } else if (beyond) {
            log.error(
                    "rows are gone that the log no longer has, or were dropped on purpose: partition={} table={}"
                            + " rows={}",
                    buffer.partition(),
                    table,
                    missing);
            buffer.reportLost(buffer.lostOffsets() + missing, metrics);
            buffer.expect(positions, stands.end());
        } else {
            readAgain(consumer, buffer, stands, missing);
        }
        buffer.reportHoles(beyond ? 0 : missing, doubled, metrics);
        buffer.counted(nanoTime.getAsLong());
    }

    private void readAgain(
            Consumer<byte[], byte[]> consumer, PartitionBuffer buffer, TablePosition stands, long missing)
            throws UnavailableException {
        long begin = offset(consumer.beginningOffsets(Set.of(buffer.partition())), buffer.partition());
        log.error(
                "rows are missing and are read again: partition={} table={} rows={} from={} to={}",
                buffer.partition(),
                buffer.mapping().table(),
                missing,
                begin,
                Math.max(stands.end(), buffer.stored()));
        consumer.seek(buffer.partition(), begin);
        buffer.readAgain(begin, stands.end(), missing);
        checkApplications(buffer, buffer.verifyTo());
    }

    private void checkApplications(PartitionBuffer buffer, long historyTo) throws UnavailableException {
        if (buffer.mapping().topic() == Topic.USAGE_JOURNAL) {
            buffer.checkApplications(
                    new ApplicationCheck(buffer.partition(), writer.applications(buffer.topicId()), rules, historyTo));
        }
    }

    private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition), partition::toString);
    }
}
