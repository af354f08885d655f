package dev.tollgate.gateway.backfill;

import dev.tollgate.schemas.text.Sha256;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Lines of a file, plain or gzip, with their place and a digest of all that was read before. Not thread-safe. */
final class LineReader implements AutoCloseable {
    /** A longer line is not read into memory; it is a bad record. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private static final int GZIP_MAGIC = 0x1f8b;

    private final Counting disk;
    private final InputStream in;
    private final MessageDigest digest;
    private final byte[] buffer = new byte[64 << 10];
    private int next;
    private int limit;
    private long offset;
    private long lines;
    private final Deque<Line> again = new ArrayDeque<>();

    private LineReader(Counting disk, InputStream in) {
        this.disk = disk;
        this.in = in;
        this.digest = Sha256.digest();
    }

    static LineReader open(Path file) throws IOException {
        Counting disk = new Counting(new BufferedInputStream(Files.newInputStream(file), 64 << 10));
        try {
            disk.mark(2);
            int magic = disk.read() << 8 | disk.read();
            disk.reset();
            disk.count = 0;
            if (magic != GZIP_MAGIC && String.valueOf(file.getFileName()).endsWith(".gz")) {
                throw new ZipException("it is no gzip file; a plain one must not be called .gz");
            }
            return new LineReader(disk, magic == GZIP_MAGIC ? new GzipMembers(disk) : disk);
        } catch (IOException e) {
            disk.close();
            throw e;
        }
    }

    /**
     * The next line, without its end.
     *
     * @return null at the end of the file
     */
    @Nullable
    Line next() throws IOException {
        Line unread = again.pollFirst();
        if (unread != null) {
            return unread;
        }
        long from = offset;
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        boolean ended = false;
        while (!ended) {
            if (next == limit && !fill()) {
                break;
            }
            int end = next;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            ended = end < limit;
            if (line.size() + (end - next) > MAX_LINE_BYTES) {
                tooLong = true;
            } else if (!tooLong) {
                line.write(buffer, next, end - next);
            }
            int consumed = (ended ? end + 1 : end) - next;
            digest.update(buffer, next, consumed);
            offset += consumed;
            next += consumed;
        }
        if (offset == from) {
            return null;
        }
        lines++;
        return new Line(tooLong ? new byte[0] : withoutReturn(line.toByteArray()), lines, from, tooLong);
    }

    /** Takes lines back, the last that were given, in their order; {@link #next} gives them again. */
    void unread(List<Line> newest) {
        for (int i = newest.size() - 1; i >= 0; i--) {
            again.addFirst(newest.get(i));
        }
    }

    /** Whether more was read than the lines that were given, so that {@link #offset} lies ahead of them. */
    boolean isAhead() {
        return !again.isEmpty();
    }

    /** Reads on without giving lines until so many bytes have been read, or the file ends. */
    void skipTo(long target) throws IOException {
        while (offset < target && (next < limit || fill())) {
            int consumed = (int) Math.min(limit - next, target - offset);
            for (int i = next; i < next + consumed; i++) {
                if (buffer[i] == '\n') {
                    lines++;
                }
            }
            digest.update(buffer, next, consumed);
            offset += consumed;
            next += consumed;
        }
    }

    /** Whole lines that were given or skipped. */
    long lines() {
        return lines;
    }

    /** Decompressed bytes up to the end of the newest line that was read. */
    long offset() {
        return offset;
    }

    /** Bytes of the file on disk that were read. */
    long diskBytes() {
        return disk.count;
    }

    /** SHA-256 of everything up to {@link #offset()}, in hex. */
    String digest() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new UncheckedIOException(new IOException("this platform's SHA-256 cannot be copied", e));
        }
    }

    private boolean fill() throws IOException {
        limit = Math.max(0, in.read(buffer));
        next = 0;
        return limit > 0;
    }

    private static byte[] withoutReturn(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\r' ? java.util.Arrays.copyOf(line, line.length - 1) : line;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /**
     * A line.
     *
     * @param number from 1
     * @param offset of its first byte in the decompressed file
     * @param tooLong whether it was longer than {@value #MAX_LINE_BYTES} bytes; then it has no bytes
     */
    record Line(byte[] bytes, long number, long offset, boolean tooLong) {}

    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
