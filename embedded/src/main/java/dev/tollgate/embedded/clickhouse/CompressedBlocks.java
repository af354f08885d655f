package dev.tollgate.embedded.clickhouse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes ClickHouse's compressed blocks, which the official driver asks for unless told otherwise: a 16-byte
 * CityHash128 of the rest, the method, the compressed length with this nine-byte header, the plain length, and an LZ4
 * block.
 *
 * <p>The LZ4 blocks are made of literals only. They are valid and as long as the data: on a loopback interface
 * compression would cost more than it saves, and this way it needs no library.
 */
final class CompressedBlocks extends OutputStream {
    static final int PLAIN_BYTES = 64 << 10;

    private static final byte LZ4 = (byte) 0x82;
    private static final int HASH_BYTES = 16;
    private static final int HEADER_BYTES = 9;
    /**
     * In the upper half of an LZ4 token: the number of literals is this and the bytes that follow, up to one below 255.
     */
    private static final int EXTENDED = 15;

    private static final int MAX_LZ4_BYTES = 1 + PLAIN_BYTES / 255 + 1 + PLAIN_BYTES;

    private final OutputStream out;
    private final byte[] plain = new byte[PLAIN_BYTES];
    private final byte[] block = new byte[HASH_BYTES + HEADER_BYTES + MAX_LZ4_BYTES];
    private int length;

    CompressedBlocks(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        plain[length++] = (byte) value;
        writeFullBlock();
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        int position = offset;
        int left = count;
        while (left > 0) {
            int copied = Math.min(left, plain.length - length);
            System.arraycopy(bytes, position, plain, length, copied);
            length += copied;
            position += copied;
            left -= copied;
            writeFullBlock();
        }
    }

    /** Sends what there is, as a block of its own. */
    @Override
    public void flush() throws IOException {
        writeBlock();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        writeBlock();
        out.close();
    }

    private void writeFullBlock() throws IOException {
        if (length == plain.length) {
            writeBlock();
        }
    }

    private void writeBlock() throws IOException {
        if (length == 0) {
            return;
        }
        int end = putLiterals(HASH_BYTES + HEADER_BYTES);
        ByteBuffer header = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        header.put(HASH_BYTES, LZ4);
        header.putInt(HASH_BYTES + 1, end - HASH_BYTES);
        header.putInt(HASH_BYTES + 5, length);
        CityHash128 hash = CityHash128.of(block, HASH_BYTES, end - HASH_BYTES);
        header.putLong(0, hash.low());
        header.putLong(8, hash.high());
        out.write(block, 0, end);
        length = 0;
    }

    /** @return where the LZ4 block ends */
    private int putLiterals(int start) {
        int position = start;
        if (length < EXTENDED) {
            block[position++] = (byte) (length << 4);
        } else {
            block[position++] = (byte) (EXTENDED << 4);
            int left = length - EXTENDED;
            for (; left >= 255; left -= 255) {
                block[position++] = (byte) 255;
            }
            block[position++] = (byte) left;
        }
        System.arraycopy(plain, 0, block, position, length);
        return position + length;
    }
}
