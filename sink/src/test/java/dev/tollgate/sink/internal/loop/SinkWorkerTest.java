package dev.tollgate.sink.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.Records;
import dev.tollgate.sink.Sink;
import dev.tollgate.sink.internal.application.ApplicationRules;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.StoredApplication;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.clickhouse.TestingWriter;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sink.status.SinkMetrics;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** The protocol step by step, on Kafka's own test consumer. */
final class SinkWorkerTest {
    private static final TopicPartition JOURNAL = new TopicPartition("usage-journal", 0);
    private static final int BUFFER_BYTES = 1 << 20;
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final Duration POLL_INTERVAL = Duration.ofMinutes(5);
    private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);
    private static final int INSERTS_PER_SPAN = 100;
    private static final Duration SPAN = Duration.ofMinutes(3);

    private final FencingConsumer consumer = new FencingConsumer();
    private final TestingWriter writer = new TestingWriter();
    private final SinkMetrics metrics = new SinkMetrics();
    private long nowNanos = 1;
    private final SinkWorker worker = new SinkWorker(
            new SinkWorker.Settings(
                    names(),
                    new BatchLimits(3, 2 * BUFFER_BYTES, DELAY),
                    BUFFER_BYTES,
                    INSERTS_PER_SPAN,
                    SPAN,
                    Duration.ofMillis(100),
                    Duration.ofMillis(400),
                    POLL_INTERVAL,
                    CHECK_INTERVAL,
                    new ApplicationRules(Set.of("mistake"), "successor")),
            new SinkWorker.Dependencies(
                    () -> consumer,
                    topics -> {
                        Map<String, String> ids = new HashMap<>();
                        topics.forEach(topic -> ids.put(topic, "id-of-" + topic));
                        return ids;
                    },
                    writer,
                    encoders(),
                    () -> nowNanos,
                    () -> 0L),
            metrics);

    @Test
    void givenAFullBatch_whenItIsInserted_thenItsIntentIsCommittedBeforeAndItsEndAfter() {
        assign(0);
        writer.onEachInsert = () -> assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "v=1;to=3"));
        publish(0, 1, 2, 3);

        worker.step();

        assertThat(writer.tokens).containsExactly("id-of-usage-journal-0-0-3-202611");
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(3));
        assertThat(metrics.snapshot().rows()).containsEntry("request_journal", 3L);
        assertThat(metrics.snapshot().batches()).isEqualTo(1);
    }

    @Test
    void givenLessThanABatch_whenItsOldestRecordHasWaited_thenItIsWritten() {
        assign(0);
        publish(0);

        worker.step();
        assertThat(writer.inserts).isEmpty();
        pass(DELAY);
        worker.step();

        assertThat(writer.inserts).hasSize(1);
    }

    @Test
    void givenClickHouseAway_whenItIsBack_thenTheSameBatchIsInsertedOnceAndNothingWasReadMeanwhile() {
        assign(0);
        publish(0, 1, 2);
        writer.failures = 2;

        worker.step();
        assertThat(metrics.snapshot().waiting()).isEqualTo(1);
        assertThat(lagSeconds()).as("age of the records that wait").isPositive();
        worker.step();
        assertThat(consumer.paused()).contains(JOURNAL);
        pass(Duration.ofMillis(100));
        worker.step();
        pass(Duration.ofMillis(100));
        worker.step();
        assertThat(writer.inserts).as("the second wait is twice as long").isEmpty();
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "v=1;to=3"));
        pass(Duration.ofMillis(100));
        worker.step();

        assertThat(writer.tokens).containsExactly("id-of-usage-journal-0-0-3-202611");
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(3));
        assertThat(metrics.snapshot().clickHouseRetries()).isEqualTo(2);
        assertThat(metrics.snapshot().waiting()).isZero();
        worker.step();
        assertThat(lagSeconds()).as("nothing waits").isZero();
    }

    private double lagSeconds() {
        return metrics.registry().get("tollgate.sink.lag").timeGauge().value(TimeUnit.SECONDS);
    }

    @Test
    void givenAnIntentLeftByAnother_whenThePartitionIsTaken_thenExactlyItsRangeIsRepeated() {
        assignWith(new OffsetAndMetadata(1, "v=1;to=6"));
        publish(1, 2, 3, 4, 5, 6, 7);

        worker.step();

        assertThat(writer.tokens).containsExactly("id-of-usage-journal-0-1-6-202611");
        assertThat(writer.inserts.getFirst().offsets()).containsExactly(1, 2, 3, 4, 5);
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(6));
        assertThat(metrics.snapshot().replays()).isEqualTo(1);
    }

    @Test
    void givenAnIntentThatIsNotReadWhole_whenTheBuffersAreFull_thenItIsNotWrittenInPart() {
        assignWith(new OffsetAndMetadata(1, "v=1;to=6"));
        publishBytes(BUFFER_BYTES, 1, 2);

        worker.step();
        pass(DELAY);
        worker.step();
        assertThat(writer.inserts).isEmpty();
        publish(3, 4, 5);
        worker.step();

        assertThat(writer.inserts).hasSize(1);
        assertThat(writer.inserts.getFirst().offsets()).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void givenBuffersThatAreFull_whenNoBatchIsFull_thenWhatIsThereIsWritten() {
        assign(0);
        publishBytes(BUFFER_BYTES / 2, 0, 1);

        worker.step();

        assertThat(writer.inserts).hasSize(1);
    }

    @Test
    void givenACommitThatFindsTheMemberGone_whenThePartitionIsLost_thenNothingIsInsertedAndTheNextOwnerBegins() {
        assign(0);
        publish(0, 1, 2);
        consumer.fenced = true;

        worker.step();
        assertThat(writer.inserts).isEmpty();
        consumer.fenced = false;
        consumer.rebalance(Set.of());
        worker.step();
        assertThat(writer.inserts).isEmpty();
        consumer.rebalance(Set.of(JOURNAL));
        publish(0, 1, 2);
        worker.step();

        assertThat(writer.inserts).hasSize(1);
    }

    @Test
    void givenAnInsertWhoseEndCannotBeCommitted_whenTheRebalanceIsOver_thenOnlyTheCommitIsRepeated() {
        assign(0);
        publish(0, 1, 2);
        writer.onEachInsert = () -> consumer.fenced = true;
        worker.step();
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "v=1;to=3"));

        consumer.fenced = false;
        worker.step();

        assertThat(writer.inserts).hasSize(1);
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(3));
    }

    @Test
    void givenAnOldIntent_whenTheInsertIsTriedAgain_thenTheIntentIsCommittedAgainFirst() {
        assign(0);
        publish(0, 1, 2);
        writer.failures = 1;
        worker.step();
        // Somebody else's view of the partition: the retry must not go on without asking.
        consumer.commitSync(Map.of(JOURNAL, new OffsetAndMetadata(0)));
        pass(POLL_INTERVAL);
        writer.onEachInsert = () -> assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "v=1;to=3"));

        worker.step();

        assertThat(writer.inserts).hasSize(1);
    }

    @Test
    void givenATableThatHoldsTheOffsetsAlready_whenAPartitionStartsThereWithoutIntent_thenOnlyWhatIsLackingIsWritten() {
        writer.standing.addAll(Set.of(0L, 2L));
        assign(0);
        publish(0, 1, 2, 3, 4);

        worker.step();
        worker.step();
        pass(DELAY);
        worker.step();

        assertThat(writer.inserts).extracting(TableInsert::offsets).containsExactly(new long[] {1}, new long[] {3, 4});
        assertThat(metrics.snapshot().reread()).isEqualTo(1);
    }

    @Test
    void givenATableThatWasEmptied_whenThePartitionIsTaken_thenItIsReadAgainFromWhereTheLogBegins() {
        consumer.updateBeginningOffsets(Map.of(JOURNAL, 1L));
        assignWith(new OffsetAndMetadata(4, "v=1;stored=4;rows=4"), 1);
        publish(1, 2, 3, 4, 5);

        worker.step();

        assertThat(writer.lost).containsExactly(new OffsetRange(0, 1));
        assertThat(writer.inserts).extracting(TableInsert::offsets).containsExactly(new long[] {1, 2, 3});
        assertThat(rawCommitted()).isEqualTo(new OffsetAndMetadata(4, "v=1;stored=4;rows=4"));
        // What is missing then is looked for once more, since it may have gone meanwhile.
        worker.step();
        assertThat(metrics.snapshot().missing()).isEqualTo(1);
        assertThat(metrics.snapshot().lost()).as("offset 0").isEqualTo(1);
        publish(1, 2, 3, 4, 5);
        worker.step();
        pass(DELAY);
        worker.step();
        worker.step();
        assertThat(writer.inserts).hasSize(2);
        assertThat(rawCommitted()).isEqualTo(new OffsetAndMetadata(6, "v=1;stored=6;rows=5"));
        assertThat(metrics.snapshot().missing()).isZero();
        assertThat(metrics.snapshot().lost())
                .as("offset 0, and the row that was there")
                .isEqualTo(2);
    }

    /** A deletion goes on while the log is read again, behind where that has come to. */
    @Test
    void givenRowsThatGoWhileOthersComeBack_whenTheyAreCounted_thenTheyComeBackAsWell() {
        consumer.updateBeginningOffsets(Map.of(JOURNAL, 0L));
        assignWith(new OffsetAndMetadata(4, "v=1;stored=4;rows=4"), 0);
        writer.standing.addAll(Set.of(0L, 1L, 3L));
        publish(0, 1, 2, 3);
        writer.onEachInsert = () -> writer.standing.remove(0L);
        worker.step();
        pass(DELAY);
        worker.step();
        writer.onEachInsert = () -> {};

        for (int i = 0; i < 4; i++) {
            publish(0, 1, 2, 3);
            worker.step();
            pass(DELAY);
        }

        assertThat(writer.stands()).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
        assertThat(metrics.snapshot().lost()).isZero();
    }

    @Test
    void givenAMemberThatDiedWhileItReadAgain_whenThePartitionIsTaken_thenItsRangeIsLookedUpAndGoneOnWith() {
        writer.standing.addAll(Set.of(0L, 1L, 5L));
        assignWith(new OffsetAndMetadata(1, "v=1;to=4;verify=6;stored=6;rows=6"));
        publish(1, 2, 3, 4, 5, 6, 7);

        worker.step();
        assertThat(writer.inserts).extracting(TableInsert::offsets).containsExactly(new long[] {2, 3});
        assertThat(rawCommitted()).isEqualTo(new OffsetAndMetadata(4, "v=1;verify=6;stored=6;rows=6"));
        pass(DELAY);
        worker.step();
        pass(DELAY);
        worker.step();

        assertThat(writer.inserts)
                .extracting(TableInsert::offsets)
                .containsExactly(new long[] {2, 3}, new long[] {4}, new long[] {6, 7});
        assertThat(rawCommitted()).isEqualTo(new OffsetAndMetadata(8, "v=1;stored=8;rows=8"));
    }

    @Test
    void givenRowsThatVanishWithin_whenTheyAreCounted_thenTheyAreReadAgainOnce() {
        assign(0);
        publish(0, 1, 2);
        worker.step();
        assertThat(rawCommitted()).isEqualTo(new OffsetAndMetadata(3, "v=1;stored=3;rows=3"));
        writer.inserts.clear();
        writer.standing.addAll(Set.of(0L, 2L));

        pass(CHECK_INTERVAL);
        worker.step();
        assertThat(metrics.snapshot().missing()).isEqualTo(1);
        publish(0, 1, 2);
        worker.step();
        worker.step();

        assertThat(writer.inserts).extracting(TableInsert::offsets).containsExactly(new long[] {1});
        assertThat(metrics.snapshot().missing()).isZero();
        assertThat(rawCommitted()).isEqualTo(new OffsetAndMetadata(3, "v=1;stored=3;rows=3"));
    }

    @Test
    void givenRecordsDeletedWhileTheSinkStoodBeforeThem_whenPolled_thenTheLossIsNotedAndItGoesOn() {
        assignWith(new OffsetAndMetadata(17, "v=1;stored=0;rows=0"));
        worker.step();
        consumer.updateBeginningOffsets(Map.of(JOURNAL, 20L));
        consumer.setPollException(
                new org.apache.kafka.clients.consumer.OffsetOutOfRangeException(Map.of(JOURNAL, 17L)));
        worker.step();
        publish(20, 21, 22);

        worker.step();

        assertThat(writer.lost).containsExactly(new OffsetRange(17, 20));
        assertThat(writer.inserts)
                .singleElement()
                .satisfies(insert -> assertThat(insert.offsets()).containsExactly(20, 21, 22));
    }

    @Test
    void givenARowThatIsRejectedOnce_whenInsertedAgain_thenItWasTheConnection() {
        assign(0);
        writer.rejections = 1;
        publish(0, 1, 2);

        worker.step();

        assertThat(writer.inserts).hasSize(1);
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(3));
    }

    @Test
    void givenARowThatIsRejectedTwice_whenInserted_thenItsOffsetIsNamed() {
        assign(0);
        writer.rejections = 2;
        publish(10, 20, 30);

        assertThatThrownBy(worker::step)
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("usage-journal-0@20")
                .hasMessageContaining("request_journal")
                .hasMessageContaining("not skipped");
        assertThat(committed())
                .as("the intent stays for the next start")
                .isEqualTo(new OffsetAndMetadata(10, "v=1;to=31"));
    }

    @Test
    void givenABatchOfManyMonths_whenAStepHasTakenLong_thenTheConsumerIsPolledBeforeItGoesOn() {
        assign(0);
        for (int i = 0; i < 3; i++) {
            publish(1, (byte) i, i);
        }
        writer.onEachInsert = () -> pass(POLL_INTERVAL.dividedBy(4));

        worker.step();
        assertThat(writer.inserts).as("a third of the poll interval has passed").hasSize(2);
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "v=1;to=3"));
        writer.onEachInsert = null;
        worker.step();

        assertThat(writer.inserts).extracting(TableInsert::month).containsExactly(202611, 202612, 202701);
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(3));
        assertThat(metrics.snapshot().unclear()).isZero();
    }

    @Test
    void givenMoreInsertsThanClickHouseRemembers_whenTheirTimeHasPassed_thenTheyGoOnAndNoneIsSkipped() {
        assign(0);
        for (int i = 0; i <= INSERTS_PER_SPAN; i++) {
            publish(2 * BUFFER_BYTES, (byte) 0, i);
            worker.step();
        }
        assertThat(writer.inserts).hasSize(INSERTS_PER_SPAN);
        assertThat(metrics.snapshot().throttled()).isPositive();

        pass(SPAN.multipliedBy(2));
        worker.step();

        assertThat(writer.inserts).hasSize(INSERTS_PER_SPAN + 1);
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(INSERTS_PER_SPAN + 1));
    }

    @Test
    void givenRecordsDeletedBeforeTheyWereWritten_whenPolled_thenTheLossIsTold() {
        assign(0);
        consumer.setPollException(
                new org.apache.kafka.clients.consumer.OffsetOutOfRangeException(Map.of(JOURNAL, 17L)));

        assertThatThrownBy(worker::step).isInstanceOf(SinkException.class).hasMessageContaining("{usage-journal-0=17}");
    }

    @Test
    void givenRecordsOfASecondApplication_whenRead_thenTheOnesBeforeAreWrittenAndTheSinkStopsThere() {
        assign(0);
        writer.applications.add(new StoredApplication(0, "accounting", 9, 1));
        publish(10);
        publishAs("accounting-2", 11, 12);

        worker.step();
        assertThat(writer.inserts)
                .singleElement()
                .satisfies(insert -> assertThat(insert.offsets()).containsExactly(10));
        pass(DELAY);

        assertThatThrownBy(worker::step)
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("usage-journal-0@11")
                .hasMessageContaining("'accounting-2'")
                .hasMessageContaining("'accounting'")
                .hasMessageContaining("sink.ignored-applications")
                .hasMessageContaining("sink.next-application");
        assertThat(committed()).isEqualTo(new OffsetAndMetadata(11));
    }

    @Test
    void givenAnEmptyTable_whenTwoApplicationsWrite_thenTheFirstRecordDecides() {
        assign(0);
        publishAs("a", 0);
        publishAs("b", 1, 2);
        worker.step();
        pass(DELAY);

        assertThatThrownBy(worker::step).isInstanceOf(SinkException.class).hasMessageContaining("usage-journal-0@1 ");
        assertThat(writer.inserts).hasSize(1);
    }

    @Test
    void givenAnIgnoredApplication_whenItsRecordsAreRead_thenTheyAreSkippedCountedAndCommitted() {
        assign(0);
        publishAs("mistake", 0, 1);
        publish(2);
        publishAs("mistake", 3, 4);

        worker.step();
        pass(DELAY);
        worker.step();
        assertThat(writer.inserts)
                .singleElement()
                .satisfies(insert -> assertThat(insert.offsets()).containsExactly(2));
        pass(DELAY);
        worker.step();

        assertThat(committed()).isEqualTo(new OffsetAndMetadata(5));
        assertThat(metrics.snapshot().ignored()).isEqualTo(4);
    }

    @Test
    void givenTheNextApplication_whenItFollows_thenItIsWrittenAndTheOneBeforeMayNotComeBack() {
        assign(0);
        publish(0);
        publishAs("successor", 1);
        publish(2);

        worker.step();
        assertThat(writer.inserts)
                .singleElement()
                .satisfies(insert -> assertThat(insert.offsets()).containsExactly(0, 1));
        pass(DELAY);

        assertThatThrownBy(worker::step).isInstanceOf(SinkException.class).hasMessageContaining("usage-journal-0@2 ");
    }

    @Test
    void givenARecordThatDoesNotSayWhoWroteIt_whenRead_thenTheSinkStopsThere() {
        assign(0);
        publish(new RecordHeaders(), 1, (byte) 0, 0);
        worker.step();
        pass(DELAY);

        assertThatThrownBy(worker::step)
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("usage-journal-0@0 has no header 'app'");
        assertThat(writer.inserts).isEmpty();
    }

    @Test
    void givenAnIntentLeftByAnother_whenItHoldsASecondApplication_thenItIsNotRepeated() {
        assignWith(new OffsetAndMetadata(1, "v=1;to=3"));
        writer.applications.add(new StoredApplication(0, "accounting", 0, 1));
        publishAs("accounting-2", 1, 2, 3);

        assertThatThrownBy(worker::step).isInstanceOf(SinkException.class).hasMessageContaining("usage-journal-0@1 ");
        assertThat(writer.inserts).isEmpty();
    }

    private void assign(long from) {
        assignWith(new OffsetAndMetadata(from));
    }

    private void assignWith(OffsetAndMetadata committed) {
        assignWith(committed, 0);
    }

    private void assignWith(OffsetAndMetadata committed, long begin) {
        worker.step();
        consumer.updateBeginningOffsets(Map.of(JOURNAL, begin));
        consumer.updateEndOffsets(Map.of(JOURNAL, 1_000L));
        consumer.commitSync(Map.of(JOURNAL, committed));
        consumer.rebalance(Set.of(JOURNAL));
    }

    private void publish(long... offsets) {
        publishBytes(1, offsets);
    }

    private void publishBytes(int bytes, long... offsets) {
        publish(bytes, (byte) 0, offsets);
    }

    private void publish(int bytes, byte month, long... offsets) {
        publish(ApplicationHeader.of("accounting"), bytes, month, offsets);
    }

    private void publishAs(String application, long... offsets) {
        publish(ApplicationHeader.of(application), 1, (byte) 0, offsets);
    }

    private void publish(Headers headers, int bytes, byte month, long... offsets) {
        for (long offset : offsets) {
            consumer.addRecord(new ConsumerRecord<>(
                    JOURNAL.topic(),
                    0,
                    offset,
                    0,
                    TimestampType.LOG_APPEND_TIME,
                    0,
                    bytes,
                    new byte[0],
                    new byte[] {month},
                    headers,
                    Optional.empty()));
        }
    }

    /** Without what the ledger says of the table. */
    private OffsetAndMetadata committed() {
        OffsetAndMetadata committed = rawCommitted();
        int intentEnd = committed.metadata().indexOf(";stored=");
        String intent =
                intentEnd < 0 ? committed.metadata() : committed.metadata().substring(0, intentEnd);
        return new OffsetAndMetadata(committed.offset(), "v=1".equals(intent) ? "" : intent);
    }

    private OffsetAndMetadata rawCommitted() {
        return Objects.requireNonNull(consumer.committed(Set.of(JOURNAL)).get(JOURNAL));
    }

    private void pass(Duration duration) {
        nowNanos += duration.toNanos();
    }

    /** Every record is one entry, its first byte the months after November 2026. */
    private static Map<Topic, BatchEncoder<?>> encoders() {
        Map<Topic, BatchEncoder<?>> encoders = new EnumMap<>(Topic.class);
        encoders.put(
                Topic.USAGE_JOURNAL,
                new BatchEncoder<>(
                        journalMapping(),
                        (topic, bytes) -> Records.entry(
                                "account",
                                "event",
                                Verdict.COUNTED,
                                OffsetDateTime.parse("2026-11-02T12:00:00Z")
                                        .plusMonths(bytes[0])
                                        .toInstant(),
                                Map.of("requests", 1L))));
        return encoders;
    }

    @SuppressWarnings("unchecked") // The mapping of the journal is of the journal's type.
    private static TableMapping<UsageJournalEntry> journalMapping() {
        return (TableMapping<UsageJournalEntry>) TableMappings.ALL.stream()
                .filter(mapping -> mapping.topic() == Topic.USAGE_JOURNAL)
                .findFirst()
                .orElseThrow();
    }

    private static Map<Topic, String> names() {
        Map<Topic, String> names = new EnumMap<>(Topic.class);
        Sink.topics().forEach(topic -> names.put(topic, topic.shortName()));
        return names;
    }

    /** Rejects commits as the coordinator does with a member that it has put out of the group. */
    private static final class FencingConsumer extends MockConsumer<byte[], byte[]> {
        private boolean fenced;

        FencingConsumer() {
            super("none");
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            if (fenced) {
                throw new CommitFailedException("the group has moved on");
            }
            super.commitSync(offsets);
        }
    }
}
