package dev.tollgate.embedded.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.data.ClickHouseCityHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the official driver's hash and a real LZ4 decoder. */
// Deprecated in the driver, but the one implementation at hand that is not ours.
@SuppressWarnings("deprecation")
class CompressedBlocksTest {

    @Test
    void givenInputsOfEveryShortLength_whenHashed_thenTheDriverFindsTheSame() {
        Random random = new Random(7);
        for (int length = 0; length < 1_000; length++) {
            byte[] bytes = new byte[length + 5];
            random.nextBytes(bytes);

            CityHash128 hash = CityHash128.of(bytes, 3, length);

            assertThat(new long[] {hash.low(), hash.high()})
                    .as("length " + length)
                    .isEqualTo(ClickHouseCityHash.cityHash128(bytes, 3, length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 14, 15, 16, 269, 270, 271, 65_535, 65_536, 65_537, 300_000})
    void givenDataOfAnyLength_whenWritten_thenItsBlocksUnpackToIt(int length) throws IOException {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        ByteArrayOutputStream written = new ByteArrayOutputStream();

        try (CompressedBlocks blocks = new CompressedBlocks(written)) {
            blocks.write(data, 0, length / 2);
            for (int i = length / 2; i < length; i++) {
                blocks.write(data[i]);
            }
        }

        assertThat(unpack(written.toByteArray())).isEqualTo(data);
    }

    private static byte[] unpack(byte[] written) {
        ByteBuffer buffer = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int position = 0;
        while (position < written.length) {
            int compressedLength = buffer.getInt(position + 17);
            int plainLength = buffer.getInt(position + 21);
            long[] hash = ClickHouseCityHash.cityHash128(written, position + 16, compressedLength);
            assertThat(new long[] {buffer.getLong(position), buffer.getLong(position + 8)})
                    .isEqualTo(hash);
            assertThat(written[position + 16]).isEqualTo((byte) 0x82);
            byte[] lz4 = Arrays.copyOfRange(written, position + 25, position + 16 + compressedLength);
            data.writeBytes(LZ4Factory.safeInstance().safeDecompressor().decompress(lz4, plainLength));
            position += 16 + compressedLength;
        }
        return data.toByteArray();
    }
}
