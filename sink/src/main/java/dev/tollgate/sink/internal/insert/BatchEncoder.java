package dev.tollgate.sink.internal.insert;

import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.Months;
import dev.tollgate.sink.internal.table.RecordPosition;
import dev.tollgate.sink.internal.table.RowWriter;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.status.SinkException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the records of a range into inserts, one for each month of the table, so that no insert spans two partitions
 * and each is one part, which stands whole or not at all. The same records give the same inserts, byte for byte. Not
 * thread-safe.
 *
 * @param <T> the records' type
 */
public final class BatchEncoder<T extends SpecificRecord> {
    private final TableMapping<T> mapping;
    private final Deserializer<T> deserializer;
    private final Months months = new Months();

    public BatchEncoder(TableMapping<T> mapping, Deserializer<T> deserializer) {
        this.mapping = mapping;
        this.deserializer = deserializer;
    }

    /**
     * Encodes the records of a range, in the order of the months.
     *
     * @param topicId Kafka's id of the topic
     * @param records all of one partition, in the order of their offsets; without value (a deleted key) they make no
     *     row
     * @throws SinkException naming the record, if one cannot be read
     * @throws UnavailableException if the schema registry does not answer
     */
    public List<TableInsert> encode(
            String topicId, int partition, OffsetRange range, List<ConsumerRecord<byte[], byte[]>> records)
            throws UnavailableException {
        List<@Nullable T> values = decode(records);
        dropSuperseded(values);
        Map<Integer, Rows> byMonth = new TreeMap<>();
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<byte[], byte[]> record = records.get(i);
            T value = values.get(i);
            if (value == null) {
                continue;
            }
            RecordPosition position = new RecordPosition(
                    topicId,
                    record.partition(),
                    record.offset(),
                    record.timestamp(),
                    ApplicationHeader.read(record.headers()));
            mapping.write(
                    value,
                    position,
                    months,
                    month -> byMonth.computeIfAbsent(month, key -> new Rows()).next(record.offset()));
        }
        List<TableInsert> inserts = new ArrayList<>();
        byMonth.forEach((month, rows) -> inserts.add(new TableInsert(
                mapping, month, token(topicId, partition, range, month), rows.writer.toByteArray(), rows.offsets())));
        return inserts;
    }

    /**
     * The topic's id rather than its name: a topic that was made anew begins again at offset 0, and under the old
     * tokens ClickHouse would silently drop its rows.
     */
    private static String token(String topicId, int partition, OffsetRange range, int month) {
        String token = topicId + "-" + partition + "-" + range.from() + "-" + range.to();
        return month == Months.NONE ? token : token + "-" + month;
    }

    private List<@Nullable T> decode(List<ConsumerRecord<byte[], byte[]>> records) throws UnavailableException {
        List<@Nullable T> values = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                values.add(deserializer.deserialize(record.topic(), record.value()));
            } catch (RegistryUnavailableException e) {
                throw new UnavailableException(UnavailableException.Part.REGISTRY, String.valueOf(e.getMessage()), e);
            } catch (SerializationException e) {
                throw new SinkException(
                        ("the record at %s-%d@%d cannot be read and is not skipped: %s. Only Tollgate writes"
                                        + " this topic; find out what wrote this record, then delete it or move the"
                                        + " group's offset past it")
                                .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()),
                        e);
            }
        }
        return values;
    }

    private void dropSuperseded(List<@Nullable T> values) {
        Map<String, Integer> newest = new HashMap<>();
        for (int i = 0; i < values.size(); i++) {
            T value = values.get(i);
            String key = value == null ? null : mapping.supersededBy(value);
            if (key != null) {
                Integer older = newest.put(key, i);
                if (older != null) {
                    values.set(older, null);
                }
            }
        }
    }

    private static final class Rows {
        final RowWriter writer = new RowWriter();
        private long[] offsets = new long[256];
        private int count;

        RowWriter next(long offset) {
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, count * 2);
            }
            offsets[count++] = offset;
            return writer;
        }

        long[] offsets() {
            return Arrays.copyOf(offsets, count);
        }
    }
}
