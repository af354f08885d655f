package dev.tollgate.embedded.clickhouse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An output format whose documents can be put end to end: without a header they are rows and nothing else.
 *
 * @param headerTextsPerColumn texts per column in the header (its name, its type); 0 where there is no header
 */
record StreamableFormat(int headerTextsPerColumn) {
    private static final Map<String, StreamableFormat> BY_NAME = Map.of(
            "RowBinary", new StreamableFormat(0),
            "RowBinaryWithNames", new StreamableFormat(1),
            "RowBinaryWithNamesAndTypes", new StreamableFormat(2),
            "TabSeparated", new StreamableFormat(0),
            "TSV", new StreamableFormat(0),
            "CSV", new StreamableFormat(0),
            "JSONEachRow", new StreamableFormat(0));

    /** Null where results in that format must be passed on as a whole. */
    static @Nullable StreamableFormat named(String name) {
        return BY_NAME.get(name);
    }

    /**
     * The length of the header at the beginning of {@code document}: the number of columns, then names and types as
     * texts with their lengths, all lengths being LEB128 varints.
     */
    long headerBytes(MemorySegment document) {
        if (headerTextsPerColumn == 0) {
            return 0;
        }
        VarintCursor cursor = new VarintCursor(document);
        long texts = Math.multiplyExact(cursor.next(), (long) headerTextsPerColumn);
        for (long i = 0; i < texts; i++) {
            cursor.skip(cursor.next());
        }
        return cursor.position;
    }

    private static final class VarintCursor {
        private final MemorySegment bytes;
        private long position;

        private VarintCursor(MemorySegment bytes) {
            this.bytes = bytes;
        }

        private long next() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte current = bytes.get(ValueLayout.JAVA_BYTE, position++);
                value |= (long) (current & 0x7f) << shift;
                if (current >= 0) {
                    return value;
                }
            }
        }

        private void skip(long count) {
            position = Math.addExact(position, count);
        }
    }
}
