package dev.tollgate.sink.internal.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bytes as the format's description gives them. */
final class RowWriterTest {
    private final RowWriter writer = new RowWriter();

    @Test
    void givenValuesOfEachType_whenWritten_thenTheBytesAreRowBinary() {
        writer.string("é").int32(-2).int64(258).bool(true);
        assertThat(hex()).isEqualTo("02c3a9" + "feffffff" + "0201000000000000" + "01");
    }

    @Test
    void givenNullableValues_whenWritten_thenAFlagComesFirst() {
        writer.nullableInt32(null)
                .nullableInt32(1)
                .nullableInt64(null)
                .nullableBytes(null)
                .nullableBytes(new byte[] {7})
                .nullableTime(null);
        assertThat(hex()).isEqualTo("01" + "0001000000" + "01" + "01" + "000107" + "01");
    }

    @Test
    void givenALongString_whenWritten_thenItsLengthIsInLeb128() {
        writer.string("x".repeat(300));
        assertThat(hex()).startsWith("ac0278").hasSize(2 * 302);
    }

    @Test
    void givenMapsOfTheSameContent_whenWritten_thenTheBytesAreTheSameWhateverTheOrder() {
        Map<String, Long> one = new LinkedHashMap<>();
        one.put("b", 2L);
        one.put("a", -1L);
        writer.counts(one).labels(Map.of("k", "v")).strings(List.of("x", "y"));
        assertThat(hex())
                .isEqualTo("02" + "0161ffffffffffffffff" + "01620200000000000000" + "01016b0176" + "0201780179");
    }

    @Test
    void givenTimesOutsideTheType_whenWritten_thenTheyAreHeldToItsRange() {
        assertThat(RowWriter.clampedMillis(Instant.MIN)).isEqualTo(RowWriter.MIN_MILLIS);
        assertThat(RowWriter.clampedMillis(Instant.MAX)).isEqualTo(RowWriter.MAX_MILLIS);
        assertThat(RowWriter.clampedMillis(Instant.ofEpochMilli(RowWriter.MIN_MILLIS + 1)))
                .isEqualTo(RowWriter.MIN_MILLIS + 1);
        assertThat(RowWriter.clampedMillis(Instant.ofEpochMilli(RowWriter.MAX_MILLIS)))
                .isEqualTo(RowWriter.MAX_MILLIS);
        assertThat(RowWriter.clampedMillis(Instant.ofEpochMilli(-1))).isEqualTo(-1);
    }

    private String hex() {
        return HexFormat.of().formatHex(writer.toByteArray());
    }
}
