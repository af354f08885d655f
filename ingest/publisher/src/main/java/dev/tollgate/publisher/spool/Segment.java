package dev.tollgate.publisher.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** One file of a spool. */
final class Segment {
    static final String SUFFIX = ".spool";

    final long number;
    final Path file;
    final String schema;
    final int dataStart;
    final FileChannel channel;
    /** Where the next record would be written; what lies behind is no data. */
    long end;
    /** Undamaged records between {@code dataStart} and {@code end}. */
    long records;

    Segment(long number, Path file, SegmentHeader header, FileChannel channel, long end) {
        this.number = number;
        this.file = file;
        this.schema = header.schema();
        this.dataStart = header.dataStart();
        this.channel = channel;
        this.end = end;
    }

    static Path file(Path folder, long number) {
        return folder.resolve(String.format(Locale.ROOT, "%016d", number) + SUFFIX);
    }

    static Segment create(Path folder, long number, String schema) throws IOException {
        Path file = file(folder, number);
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            ByteBuffer header = SegmentHeader.encode(schema);
            int length = header.remaining();
            writeFully(channel, header, 0);
            return new Segment(number, file, new SegmentHeader(schema, length), channel, length);
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Appends, or leaves the segment as it was. */
    void append(ByteBuffer frames, long count) throws IOException {
        int size = frames.remaining();
        try {
            writeFully(channel, frames, end);
        } catch (IOException e) {
            try {
                channel.truncate(end);
            } catch (IOException truncation) {
                // What was written lies behind the end: no reader of this process goes there, and after a crash it is a
                // torn
                // tail like any other.
                e.addSuppressed(truncation);
            }
            throw e;
        }
        end += size;
        records += count;
    }

    /** Fills the buffer from a place, as far as there is data. */
    void read(ByteBuffer target, long offset) throws IOException {
        target.clear();
        target.limit((int) Math.min(target.capacity(), Math.max(0, end - offset)));
        while (target.hasRemaining()) {
            int read = channel.read(target, offset + target.position());
            if (read < 0) {
                break;
            }
        }
        target.flip();
    }

    void force() throws IOException {
        channel.force(false);
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }
}
