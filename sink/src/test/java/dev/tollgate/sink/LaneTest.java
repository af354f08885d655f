package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class LaneTest {
    private static final TopicPartition PARTITION = new TopicPartition("usage-journal", 3);
    private static final InsertBudget BUDGET = new InsertBudget(1, 1);
    private static final BatchLimits LIMITS = new BatchLimits(3, 100, Duration.ofNanos(50));

    @Test
    void givenFewerRecordsThanABatch_whenTheOldestHasWaited_thenTheyAreDue() {
        Lane lane = lane();

        lane.add(records(10, 10), 1_000);
        lane.add(records(10, 12), 1_040);

        assertThat(lane.isDue(1_049)).isFalse();
        assertThat(lane.isDue(1_050)).isTrue();
        assertThat(lane.seal(1_050).range()).isEqualTo(new OffsetRange(10, 13));
    }

    @Test
    void givenMoreRecordsThanABatch_whenSealed_thenTheBatchEndsAtTheLimitAndTheRestWaits() {
        Lane lane = lane();
        lane.add(records(10, 10, 11, 12, 13), 0);

        assertThat(lane.isFull()).isTrue();
        assertThat(lane.isDue(0)).isTrue();
        assertThat(lane.seal(0).range()).isEqualTo(new OffsetRange(10, 13));
        assertThat(lane.backlogRows()).isEqualTo(1);
        assertThat(lane.backlogBytes()).isEqualTo(10);
    }

    @Test
    void givenRecordsLargerThanABatchTogether_whenSealed_thenBytesEndTheBatchButOneRecordAlwaysFits() {
        Lane lane = lane();
        lane.add(records(60, 1, 2), 0);
        assertThat(lane.seal(0).range()).isEqualTo(new OffsetRange(1, 2));

        Lane huge = lane();
        huge.add(records(1_000, 1, 2), 0);
        assertThat(huge.seal(0).range()).isEqualTo(new OffsetRange(1, 2));
    }

    @Test
    void givenASealedBatch_whenMoreComesBeforeItIsDone_thenItsRangeStays() {
        Lane lane = lane();
        lane.add(records(10, 10), 0);
        OffsetRange sealed = lane.seal(100).range();

        lane.add(records(10, 11, 12), 100);

        assertThat(lane.seal(200).range()).isEqualTo(sealed).isEqualTo(new OffsetRange(10, 11));
        lane.done();
        assertThat(lane.committedOffset()).isEqualTo(11);
        assertThat(lane.seal(300).range()).isEqualTo(new OffsetRange(11, 13));
    }

    @Test
    void givenAnIntent_whenItsRangeIsRead_thenExactlyThatIsRepeatedWhateverTheLimits() {
        Lane lane = lane(new StartPlan(10, new OffsetRange(10, 16), false, 0, null));

        lane.add(records(90, 10, 11, 12, 13), 0);
        lane.readTo(14);
        assertThat(lane.isFull()).isFalse();
        assertThat(lane.isDue(1_000_000)).isFalse();
        lane.add(records(90, 14, 17), 0);
        // Offset 15 was a marker.
        lane.readTo(18);

        assertThat(lane.isDue(0)).isTrue();
        Lane.Batch batch = lane.seal(0);
        assertThat(batch.range()).isEqualTo(new OffsetRange(10, 16));
        assertThat(batch.records()).extracting(ConsumerRecord::offset).containsExactly(10L, 11L, 12L, 13L, 14L);
        lane.done();
        assertThat(lane.seal(0).range()).isEqualTo(new OffsetRange(17, 18));
    }

    @Test
    void givenAnIntentWhoseRecordsWereCompactedAway_whenReadPastIt_thenAnEmptyBatchEndsIt() {
        Lane lane = lane(new StartPlan(10, new OffsetRange(10, 16), false, 0, null));

        lane.readTo(20);

        assertThat(lane.isDue(0)).isTrue();
        assertThat(lane.seal(0).records()).isEmpty();
        lane.done();
        assertThat(lane.isIdle()).isTrue();
        assertThat(lane.committedOffset()).isEqualTo(16);
    }

    @Test
    void givenAnIntent_whenItGrowsOld_thenItMustBeCommittedAgain() {
        Lane lane = lane();
        lane.add(records(10, 10), 0);
        Lane.Batch batch = lane.seal(0);

        assertThat(batch.isIntended(0, 100)).isFalse();
        batch.intended(50);
        assertThat(batch.isIntended(150, 100)).isTrue();
        assertThat(batch.isIntended(151, 100)).isFalse();
    }

    @Test
    void givenARangeThatIsLookedUp_whenSealed_thenNoBatchReachesBeyondItAndTheLedgerTellsWhereItEnds() {
        Lane lane = lane(new StartPlan(10, null, false, 12, null));
        lane.add(records(10, 10, 11, 12, 13), 0);
        lane.readTo(14);

        Lane.Batch within = lane.seal(0);
        assertThat(within.range()).isEqualTo(new OffsetRange(10, 12));
        assertThat(within.isVerified()).isTrue();
        assertThat(lane.ledgerBefore(within)).isEqualTo(new Ledger(10, 12, 12, 10, 4));
        within.encoded(List.of());
        lane.done();
        lane.endVerification();
        assertThat(lane.isJustVerified()).isTrue();

        Lane.Batch beyond = lane.seal(0);
        assertThat(beyond.range()).isEqualTo(new OffsetRange(12, 14));
        assertThat(beyond.isVerified()).isFalse();
        assertThat(lane.ledgerBefore(beyond)).isEqualTo(new Ledger(12, 14, 0, 10, 4));
    }

    @Test
    void givenALaneThatMustReadAgain_whenRecordsWait_thenTheyAreForgottenAndTheRowsThatMustStandAreNot() {
        Lane lane = lane();
        lane.add(records(10, 10, 11), 0);

        lane.readAgain(3, 9);

        assertThat(lane.backlogRows()).isZero();
        assertThat(lane.backlogBytes()).isZero();
        assertThat(lane.verifyTo()).as("up to where rows must stand").isEqualTo(10);
        assertThat(lane.rows()).isEqualTo(4);
        assertThat(lane.ledgerAt(5)).isEqualTo(new Ledger(5, 0, 10, 10, 4));
    }

    private static Lane lane() {
        return lane(new StartPlan(10, null, false, 0, null));
    }

    private static Lane lane(StartPlan plan) {
        Ledger ledger = new Ledger(10, 0, 0, 10, 4);
        Lane lane = Lane.placed(PARTITION, "id", TableMappings.ALL.getFirst(), LIMITS, BUDGET, ledger.committed());
        lane.start(plan, ledger, 10);
        return lane;
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
