package dev.tollgate.sink.internal.table;

import static dev.tollgate.sink.internal.table.Column.int32;
import static dev.tollgate.sink.internal.table.Column.int64;
import static dev.tollgate.sink.internal.table.Column.nullableBytes;
import static dev.tollgate.sink.internal.table.Column.recordOffset;
import static dev.tollgate.sink.internal.table.Column.recordPartition;
import static dev.tollgate.sink.internal.table.Column.recordTopicId;
import static dev.tollgate.sink.internal.table.Column.recordedAt;
import static dev.tollgate.sink.internal.table.Column.string;
import static dev.tollgate.sink.internal.table.Column.stringOrEmpty;
import static dev.tollgate.sink.internal.table.Column.time;

import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.topic.Topic;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** {@code dead_letter}: a row for each input that was kept aside. */
final class DeadLetterMapping extends TableMapping<DeadLetter> {
    private static final Columns<DeadLetter> COLUMNS = Columns.of(
            string("source_topic", DeadLetter::getSourceTopic),
            int32("source_partition", DeadLetter::getSourcePartition),
            int64("source_offset", DeadLetter::getSourceOffset),
            string("reason", DeadLetter::getReason),
            string("detail", DeadLetter::getDetail),
            stringOrEmpty("account_id", DeadLetter::getAccountId),
            stringOrEmpty("event_id", DeadLetter::getEventId),
            time("appended_at", DeadLetter::getAppendedAt),
            time("rejected_at", DeadLetter::getRejectedAt),
            recordedAt(),
            nullableBytes("key", letter -> bytes(letter.getKey())),
            nullableBytes("value", letter -> bytes(letter.getValue())),
            recordTopicId(),
            recordPartition(),
            recordOffset());

    DeadLetterMapping() {
        super(Topic.DEAD_LETTERS, DeadLetter.class, "dead_letter", true, "recorded_at", COLUMNS);
    }

    @Override
    public void write(DeadLetter letter, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
        COLUMNS.write(rows.apply(months.of(position.timestampMillis())), letter, position);
    }

    private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
