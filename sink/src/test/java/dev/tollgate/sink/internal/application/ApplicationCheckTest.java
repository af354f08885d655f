package dev.tollgate.sink.internal.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.sink.internal.clickhouse.StoredApplication;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which id stands at the start, and which may follow. */
final class ApplicationCheckTest {
    private static final TopicPartition PARTITION = new TopicPartition("usage-journal", 1);

    @Test
    void givenAnEmptyTable_whenTheFirstRecordComes_thenItDecides() {
        ApplicationCheck check = check(null);

        assertThat(check.tryAccept(record("a"))).isTrue();
        assertThat(check.tryAccept(record("b"))).isFalse();
        assertThat(check.tryAccept(record("a"))).isTrue();
    }

    @Test
    void givenRowsOfTwoApplicationsInThePartition_whenRead_thenTheNewestRowDecides() {
        ApplicationCheck check = check(
                null,
                new StoredApplication(1, "a", 10, 100),
                new StoredApplication(1, "b", 20, 50),
                new StoredApplication(0, "c", 90, 900));

        assertThat(check.tryAccept(record("b"))).isTrue();
        assertThat(check.tryAccept(record("a"))).isFalse();
        assertThat(check.tryAccept(record("c"))).isFalse();
    }

    @Test
    void givenAPartitionWithoutRows_whenRead_thenTheNewestRowOfTheTopicDecides() {
        ApplicationCheck check =
                check(null, new StoredApplication(0, "a", 90, 100), new StoredApplication(2, "b", 10, 200));

        assertThat(check.tryAccept(record("a"))).isFalse();
        assertThat(check.tryAccept(record("b"))).isTrue();
    }

    @Test
    void givenRowsOfAnIgnoredApplication_whenRead_thenTheyDecideNothing() {
        ApplicationCheck check =
                check(null, new StoredApplication(1, "mistake", 90, 100), new StoredApplication(1, "a", 10, 50));

        assertThat(check.tryAccept(record("a"))).isTrue();
    }

    @Test
    void givenTheNextApplication_whenItHasFollowed_thenTheOneBeforeIsRejected() {
        ApplicationCheck check = check("b", new StoredApplication(1, "a", 10, 50));

        assertThat(check.tryAccept(record("a"))).isTrue();
        assertThat(check.tryAccept(record("b"))).isTrue();
        assertThat(check.tryAccept(record("a"))).isFalse();
    }

    @Test
    void givenRecordsThatAreReadAgain_whenTheyAreOfAnEarlierApplication_thenTheyMayComeBack() {
        List<StoredApplication> stored =
                List.of(new StoredApplication(1, "a", 4, 10), new StoredApplication(1, "b", 9, 50));
        ApplicationRules rules = new ApplicationRules(Set.of(), null);

        assertThat(new ApplicationCheck(PARTITION, stored, rules, 8).tryAccept(record("a")))
                .isTrue();
        assertThat(new ApplicationCheck(PARTITION, stored, rules, 7).tryAccept(record("a")))
                .isFalse();
        assertThat(new ApplicationCheck(PARTITION, stored, rules, 8).tryAccept(record("c")))
                .isFalse();
    }

    @Test
    void givenARecordWithoutHeader_whenTheTableIsEmpty_thenItIsRejectedByName() {
        ApplicationCheck check = check(null);

        assertThat(check.tryAccept(record(""))).isFalse();
        assertThat(check.rejection(record("")).getMessage())
                .contains("usage-journal-1@7")
                .contains("'app'");
    }

    private static ApplicationCheck check(@Nullable String next, StoredApplication... stored) {
        return new ApplicationCheck(PARTITION, List.of(stored), new ApplicationRules(Set.of("mistake"), next), 0);
    }

    private static ConsumerRecord<byte[], byte[]> record(String application) {
        return new ConsumerRecord<>(
                PARTITION.topic(),
                PARTITION.partition(),
                7,
                0,
                TimestampType.LOG_APPEND_TIME,
                0,
                1,
                new byte[0],
                new byte[1],
                ApplicationHeader.of(application),
                Optional.empty());
    }
}
