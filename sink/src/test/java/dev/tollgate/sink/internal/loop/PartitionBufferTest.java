package dev.tollgate.sink.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.insert.InsertBudget;
import dev.tollgate.sink.internal.ledger.Ledger;
import dev.tollgate.sink.internal.ledger.StartPlan;
import dev.tollgate.sink.internal.table.TableMappings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class PartitionBufferTest {
    private static final TopicPartition PARTITION = new TopicPartition("usage-journal", 3);
    private static final InsertBudget BUDGET = new InsertBudget(1, 1);
    private static final BatchLimits LIMITS = new BatchLimits(3, 100, Duration.ofNanos(50));

    @Test
    void givenFewerRecordsThanABatch_whenTheOldestHasWaited_thenTheyAreDue() {
        PartitionBuffer buffer = buffer();

        buffer.add(records(10, 10), 1_000);
        buffer.add(records(10, 12), 1_040);

        assertThat(buffer.isDue(1_049)).isFalse();
        assertThat(buffer.isDue(1_050)).isTrue();
        assertThat(buffer.seal(1_050).range()).isEqualTo(new OffsetRange(10, 13));
    }

    @Test
    void givenMoreRecordsThanABatch_whenSealed_thenTheBatchEndsAtTheLimitAndTheRestWaits() {
        PartitionBuffer buffer = buffer();
        buffer.add(records(10, 10, 11, 12, 13), 0);

        assertThat(buffer.isFull()).isTrue();
        assertThat(buffer.isDue(0)).isTrue();
        assertThat(buffer.seal(0).range()).isEqualTo(new OffsetRange(10, 13));
        assertThat(buffer.backlogRows()).isEqualTo(1);
        assertThat(buffer.backlogBytes()).isEqualTo(10);
    }

    @Test
    void givenRecordsLargerThanABatchTogether_whenSealed_thenBytesEndTheBatchButOneRecordAlwaysFits() {
        PartitionBuffer buffer = buffer();
        buffer.add(records(60, 1, 2), 0);
        assertThat(buffer.seal(0).range()).isEqualTo(new OffsetRange(1, 2));

        PartitionBuffer huge = buffer();
        huge.add(records(1_000, 1, 2), 0);
        assertThat(huge.seal(0).range()).isEqualTo(new OffsetRange(1, 2));
    }

    @Test
    void givenASealedBatch_whenMoreComesBeforeItIsDone_thenItsRangeStays() {
        PartitionBuffer buffer = buffer();
        buffer.add(records(10, 10), 0);
        OffsetRange sealed = buffer.seal(100).range();

        buffer.add(records(10, 11, 12), 100);

        assertThat(buffer.seal(200).range()).isEqualTo(sealed).isEqualTo(new OffsetRange(10, 11));
        buffer.done();
        assertThat(buffer.committedOffset()).isEqualTo(11);
        assertThat(buffer.seal(300).range()).isEqualTo(new OffsetRange(11, 13));
    }

    @Test
    void givenAnIntent_whenItsRangeIsRead_thenExactlyThatIsRepeatedWhateverTheLimits() {
        PartitionBuffer buffer = buffer(new StartPlan(10, new OffsetRange(10, 16), false, 0, null));

        buffer.add(records(90, 10, 11, 12, 13), 0);
        buffer.readTo(14);
        assertThat(buffer.isFull()).isFalse();
        assertThat(buffer.isDue(1_000_000)).isFalse();
        buffer.add(records(90, 14, 17), 0);
        // Offset 15 was a marker.
        buffer.readTo(18);

        assertThat(buffer.isDue(0)).isTrue();
        PartitionBuffer.Batch batch = buffer.seal(0);
        assertThat(batch.range()).isEqualTo(new OffsetRange(10, 16));
        assertThat(batch.records()).extracting(ConsumerRecord::offset).containsExactly(10L, 11L, 12L, 13L, 14L);
        buffer.done();
        assertThat(buffer.seal(0).range()).isEqualTo(new OffsetRange(17, 18));
    }

    @Test
    void givenAnIntentWhoseRecordsWereCompactedAway_whenReadPastIt_thenAnEmptyBatchEndsIt() {
        PartitionBuffer buffer = buffer(new StartPlan(10, new OffsetRange(10, 16), false, 0, null));

        buffer.readTo(20);

        assertThat(buffer.isDue(0)).isTrue();
        assertThat(buffer.seal(0).records()).isEmpty();
        buffer.done();
        assertThat(buffer.isIdle()).isTrue();
        assertThat(buffer.committedOffset()).isEqualTo(16);
    }

    @Test
    void givenAnIntent_whenItGrowsOld_thenItMustBeCommittedAgain() {
        PartitionBuffer buffer = buffer();
        buffer.add(records(10, 10), 0);
        PartitionBuffer.Batch batch = buffer.seal(0);

        assertThat(batch.isIntended(0, 100)).isFalse();
        batch.intended(50);
        assertThat(batch.isIntended(150, 100)).isTrue();
        assertThat(batch.isIntended(151, 100)).isFalse();
    }

    @Test
    void givenRowsThatAreMissing_whenTheLogWasLookedUp_thenTheyAreBeyondItOnlyIfNothingHasChanged() {
        PartitionBuffer buffer = buffer();
        buffer.readAgain(3, 9, 4);
        assertThat(buffer.isBeyondTheLog(4)).as("not looked up yet").isFalse();
        buffer.readTo(10);
        buffer.endVerification();

        assertThat(buffer.isBeyondTheLog(4)).isTrue();
        assertThat(buffer.isBeyondTheLog(5)).as("one has gone meanwhile").isFalse();
        buffer.broughtBack();
        assertThat(buffer.isBeyondTheLog(4)).as("one came back").isFalse();
    }

    @Test
    void givenARangeThatIsLookedUp_whenSealed_thenNoBatchReachesBeyondItAndTheLedgerTellsWhereItEnds() {
        PartitionBuffer buffer = buffer(new StartPlan(10, null, false, 12, null));
        buffer.add(records(10, 10, 11, 12, 13), 0);
        buffer.readTo(14);

        PartitionBuffer.Batch within = buffer.seal(0);
        assertThat(within.range()).isEqualTo(new OffsetRange(10, 12));
        assertThat(within.isVerified()).isTrue();
        assertThat(buffer.ledgerBefore(within)).isEqualTo(new Ledger(10, 12, 12, 10, 4));
        within.encoded(List.of());
        buffer.done();
        buffer.endVerification();
        assertThat(buffer.isBeyondTheLog(1)).as("nobody had counted").isFalse();

        PartitionBuffer.Batch beyond = buffer.seal(0);
        assertThat(beyond.range()).isEqualTo(new OffsetRange(12, 14));
        assertThat(beyond.isVerified()).isFalse();
        assertThat(buffer.ledgerBefore(beyond)).isEqualTo(new Ledger(12, 14, 0, 10, 4));
    }

    @Test
    void givenALaneThatMustReadAgain_whenRecordsWait_thenTheyAreForgottenAndTheRowsThatMustStandAreNot() {
        PartitionBuffer buffer = buffer();
        buffer.add(records(10, 10, 11), 0);

        buffer.readAgain(3, 9, 4);

        assertThat(buffer.backlogRows()).isZero();
        assertThat(buffer.backlogBytes()).isZero();
        assertThat(buffer.verifyTo()).as("up to where rows must stand").isEqualTo(10);
        assertThat(buffer.rows()).isEqualTo(4);
        assertThat(buffer.ledgerAt(5)).isEqualTo(new Ledger(5, 0, 10, 10, 4));
    }

    private static PartitionBuffer buffer() {
        return buffer(new StartPlan(10, null, false, 0, null));
    }

    private static PartitionBuffer buffer(StartPlan plan) {
        Ledger ledger = new Ledger(10, 0, 0, 10, 4);
        PartitionBuffer buffer =
                PartitionBuffer.of(PARTITION, "id", TableMappings.ALL.getFirst(), LIMITS, BUDGET, ledger.committed());
        buffer.start(plan, ledger, 10);
        return buffer;
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(int bytes, long... offsets) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long offset : offsets) {
            records.add(new ConsumerRecord<>(
                    PARTITION.topic(),
                    PARTITION.partition(),
                    offset,
                    0,
                    TimestampType.LOG_APPEND_TIME,
                    -1,
                    bytes,
                    new byte[0],
                    new byte[bytes],
                    new RecordHeaders(),
                    Optional.empty()));
        }
        return records;
    }
}
