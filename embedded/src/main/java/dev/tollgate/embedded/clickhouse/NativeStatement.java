package dev.tollgate.embedded.clickhouse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A statement, its format and its {@code {name:Type}} parameters as the library takes them: pointers with lengths,
 * valid as long as the arena that they were allocated in.
 */
record NativeStatement(
        MemorySegment sql,
        long sqlLength,
        MemorySegment format,
        long formatLength,
        MemorySegment names,
        MemorySegment nameLengths,
        MemorySegment values,
        MemorySegment valueLengths,
        long parameterCount) {

    static NativeStatement of(Arena arena, byte[] sql, String format, Map<String, String> parameters) {
        byte[] formatBytes = utf8(format);
        int count = parameters.size();
        MemorySegment names = arena.allocate(ADDRESS, Math.max(1, count));
        MemorySegment nameLengths = arena.allocate(JAVA_LONG, Math.max(1, count));
        MemorySegment values = arena.allocate(ADDRESS, Math.max(1, count));
        MemorySegment valueLengths = arena.allocate(JAVA_LONG, Math.max(1, count));
        int index = 0;
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            byte[] name = utf8(parameter.getKey());
            byte[] value = utf8(parameter.getValue());
            names.setAtIndex(ADDRESS, index, copy(arena, name));
            nameLengths.setAtIndex(JAVA_LONG, index, name.length);
            values.setAtIndex(ADDRESS, index, copy(arena, value));
            valueLengths.setAtIndex(JAVA_LONG, index, value.length);
            index++;
        }
        return new NativeStatement(
                copy(arena, sql),
                sql.length,
                copy(arena, formatBytes),
                formatBytes.length,
                names,
                nameLengths,
                values,
                valueLengths,
                count);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One byte longer than {@code bytes}, so that even nothing has an address. */
    private static MemorySegment copy(Arena arena, byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment;
    }
}
