package dev.tollgate.sink.internal.insert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.Records;
import dev.tollgate.sink.Sink;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.status.SinkException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BatchEncoderTest {
    private static final Instant OCTOBER = Instant.parse("2026-10-31T23:59:59.999Z");
    private static final Instant NOVEMBER = Instant.parse("2026-11-01T00:00:00Z");
    private static final OffsetRange RANGE = new OffsetRange(40, 50);

    @Test
    void givenRecordsOfTwoMonths_whenEncoded_thenEachMonthIsAnInsertWithItsOwnToken() throws Exception {
        BatchEncoder<UsageJournalEntry> encoder =
                encoder(Topic.USAGE_JOURNAL, entry(NOVEMBER, "b"), entry(OCTOBER, "a"), null, entry(NOVEMBER, "c"));

        List<TableInsert> inserts = encoder.encode("topic-id", 3, RANGE, records(40, 42, 43, 47));

        assertThat(inserts)
                .extracting(insert -> insert.token(0))
                .containsExactly("topic-id-3-40-50-202610", "topic-id-3-40-50-202611");
        assertThat(inserts.get(0).offsets()).containsExactly(42);
        assertThat(inserts.get(1).offsets()).containsExactly(40, 47);
        assertThat(inserts).extracting(TableInsert::table).containsOnly("request_journal");
    }

    @Test
    void givenTheSameRecords_whenEncodedAgain_thenTheBytesAreTheSame() throws Exception {
        List<byte[]> first = bytes(encoder(Topic.USAGE_JOURNAL, entry(NOVEMBER, "a"), entry(NOVEMBER, "b")));
        List<byte[]> second = bytes(encoder(Topic.USAGE_JOURNAL, entry(NOVEMBER, "a"), entry(NOVEMBER, "b")));

        assertThat(first).hasSize(1);
        assertThat(second.getFirst()).isEqualTo(first.getFirst());
    }

    @Test
    void givenSeveralTotalsOfAWindow_whenEncoded_thenOnlyTheNewestIsWritten() throws Exception {
        BatchEncoder<UsageTotal> encoder = encoder(
                Topic.USAGE_TOTALS,
                Records.total("a", NOVEMBER, 1, 1, false),
                Records.total("b", NOVEMBER, 1, 1, false),
                Records.total("a", NOVEMBER, 2, 2, true));

        List<TableInsert> inserts = encoder.encode("topic-id", 0, RANGE, records(40, 41, 42));

        assertThat(inserts).hasSize(1);
        assertThat(inserts.getFirst().offsets()).containsExactly(41, 42);
    }

    @Test
    void givenATableWithoutPartitions_whenEncoded_thenTheTokenHasNoMonth() throws Exception {
        List<TableInsert> inserts =
                encoder(Topic.LIMIT_STATE, Records.state("a", 1, 1)).encode("topic-id", 0, RANGE, records(40));

        assertThat(inserts).extracting(insert -> insert.token(0)).containsExactly("topic-id-0-40-50");
    }

    @Test
    void givenARecordThatCannotBeRead_whenEncoded_thenItsPositionIsNamed() {
        BatchEncoder<UsageJournalEntry> encoder = failing(new SerializationException("Unknown magic byte!"));

        assertThatThrownBy(() -> encoder.encode("topic-id", 3, RANGE, records(44)))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("topic-3@44")
                .hasMessageContaining("Unknown magic byte!");
    }

    @Test
    void givenARegistryThatDoesNotAnswer_whenEncoded_thenItIsAReasonToWait() {
        // Nothing listens on the discard port.
        SchemaRegistryClient away = new SchemaRegistryClient(RegistryConfig.ofUrl("http://127.0.0.1:9"));
        BatchEncoder<UsageJournalEntry> encoder =
                new BatchEncoder<>(mapping(Topic.USAGE_JOURNAL), new AvroDeserializer<>(UsageJournalEntry.class, away));
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("topic", 3, 44, new byte[0], new byte[6]);

        assertThatThrownBy(() -> encoder.encode("topic-id", 3, RANGE, List.of(record)))
                .isInstanceOfSatisfying(
                        UnavailableException.class,
                        e -> assertThat(e.part()).isEqualTo(UnavailableException.Part.REGISTRY));
    }

    @Test
    void givenRecordsOfAnAccountAndItsKeys_whenEncoded_thenEachKeepsItsNewestRowAndADeletedOneHasNone()
            throws UnavailableException {
        LimitState account = Records.state("a", 1, 1);
        LimitState key = Records.state("a", 1, 2);
        key.setScope(Scope.API_KEY);
        key.setScopeKey("k");
        LimitState newerKey = Records.state("a", 2, 3);
        newerKey.setScope(Scope.API_KEY);
        newerKey.setScopeKey("k");
        LimitState project = Records.state("a", 1, 3);
        project.setScope(Scope.PROJECT);
        project.setScopeKey("k");

        List<TableInsert> inserts = encoder(Topic.LIMIT_STATE, account, key, newerKey, project, null)
                .encode("topic-id", 0, RANGE, records(40, 41, 42, 43, 44));

        assertThat(inserts)
                .singleElement()
                .satisfies(insert -> assertThat(insert.offsets()).containsExactly(40, 42, 43));
    }

    @Test
    void givenEveryMapping_whenComparedWithTheTopics_thenEachOutputTopicHasOne() {
        assertThat(Sink.topics())
                .containsExactlyInAnyOrder(
                        Topic.USAGE_JOURNAL,
                        Topic.USAGE_TOTALS,
                        Topic.LIMIT_EVENTS,
                        Topic.LIMIT_STATE,
                        Topic.DEAD_LETTERS,
                        Topic.PLAN_CATALOG);
    }

    private static List<byte[]> bytes(BatchEncoder<UsageJournalEntry> encoder) throws UnavailableException {
        return encoder.encode("topic-id", 3, RANGE, records(40, 41)).stream()
                .map(TableInsert::rows)
                .toList();
    }

    private static UsageJournalEntry entry(Instant at, String id) {
        return Records.entry("account", id, Verdict.COUNTED, at, Map.of("requests", 1L, "complexity", 2L));
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(long... offsets) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long offset : offsets) {
            records.add(new ConsumerRecord<>("topic", 3, offset, new byte[0], new byte[0]));
        }
        return records;
    }

    /** Reads the given values in turn, whatever the bytes. */
    @SafeVarargs
    private static <T extends SpecificRecord> BatchEncoder<T> encoder(Topic topic, @Nullable T... values) {
        int[] next = {0};
        return new BatchEncoder<>(mapping(topic), (name, bytes) -> values[next[0]++]);
    }

    private static BatchEncoder<UsageJournalEntry> failing(RuntimeException failure) {
        Deserializer<UsageJournalEntry> deserializer = (name, bytes) -> {
            throw failure;
        };
        return new BatchEncoder<>(mapping(Topic.USAGE_JOURNAL), deserializer);
    }

    @SuppressWarnings("unchecked") // The mapping of a topic is of the topic's type.
    private static <T extends SpecificRecord> TableMapping<T> mapping(Topic topic) {
        return (TableMapping<T>) TableMappings.ALL.stream()
                .filter(mapping -> mapping.topic() == topic)
                .findFirst()
                .orElseThrow();
    }
}
