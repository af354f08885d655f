package dev.tollgate.publisher.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Remembers up to where a spool is acknowledged. Two slots are written in turn, each with a serial number and a
 * checksum, so that a write that a crash cuts short leaves the other one. An older position only means that some events
 * are sent twice.
 */
final class PositionFile implements AutoCloseable {
    private static final String FILE = "position";
    private static final int SLOT_BYTES = 32;
    private static final int CHECKED_BYTES = 24;

    private final FileChannel channel;
    private final ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
    private long serial;
    private @Nullable SpoolPosition stored;

    private PositionFile(FileChannel channel) {
        this.channel = channel;
    }

    static PositionFile open(Path folder) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            PositionFile file = new PositionFile(channel);
            file.readSlot(0);
            file.readSlot(1);
            return file;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void readSlot(int index) throws IOException {
        slot.clear();
        while (slot.hasRemaining() && channel.read(slot, (long) index * SLOT_BYTES + slot.position()) >= 0) {
            // Until the slot is full or the file ends.
        }
        if (!slot.hasRemaining() && slot.getInt(CHECKED_BYTES) == checksum() && slot.getLong(0) > serial) {
            serial = slot.getLong(0);
            stored = new SpoolPosition(slot.getLong(8), slot.getLong(16));
        }
    }

    /** The newest position that was stored, or null. */
    @Nullable
    SpoolPosition stored() {
        return stored;
    }

    void store(SpoolPosition position) throws IOException {
        if (position.equals(stored)) {
            return;
        }
        long next = serial + 1;
        slot.clear();
        slot.putLong(next).putLong(position.segment()).putLong(position.offset());
        slot.putInt(checksum()).putInt(0);
        slot.flip();
        Segment.writeFully(channel, slot, (next & 1) * SLOT_BYTES);
        serial = next;
        stored = position;
    }

    private int checksum() {
        CRC32C crc = new CRC32C();
        crc.update(slot.array(), 0, CHECKED_BYTES);
        return (int) crc.getValue();
    }

    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
