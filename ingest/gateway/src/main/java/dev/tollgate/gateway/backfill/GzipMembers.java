package dev.tollgate.gateway.backfill;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * The text of a gzip file (RFC 1952), which may be of several members, as rotated logs that were put together are. The
 * JDK's own stream takes damage behind the first member for the end of the file; here whatever is no member is an
 * error, except for zeros up to the end, with which blocks are filled.
 */
final class GzipMembers extends InputStream {
    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;
    private static final int DEFLATE = 8;
    private static final int HAS_HEADER_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final Source source;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] packed = new byte[64 << 10];
    private boolean isWithinMember;
    private boolean ended;
    private int members;

    GzipMembers(InputStream in) {
        source = new Source(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            if (!isWithinMember && !begin()) {
                return -1;
            }
            int count = inflate(bytes, from, length);
            if (count > 0) {
                checksum.update(bytes, from, count);
                return count;
            }
            if (inflater.finished()) {
                end();
            } else if (inflater.needsDictionary()) {
                throw new ZipException("member " + members + " needs a dictionary, which gzip has not");
            } else {
                fill();
            }
        }
    }

    private int inflate(byte[] bytes, int from, int length) throws ZipException {
        try {
            return inflater.inflate(bytes, from, length);
        } catch (DataFormatException e) {
            ZipException damaged = new ZipException("member " + members + " is damaged: " + e.getMessage());
            damaged.initCause(e);
            throw damaged;
        }
    }

    private void fill() throws IOException {
        int count = source.read(packed, 0, packed.length);
        if (count < 0) {
            throw new EOFException("the file ends within member " + members);
        }
        inflater.setInput(packed, 0, count);
    }

    /** Reads the header of the next member; whether there is one. */
    private boolean begin() throws IOException {
        if (ended) {
            return false;
        }
        int first = source.read();
        if (first < 0 || (first == 0 && members > 0 && isPadding())) {
            ended = true;
            return false;
        }
        members++;
        if (first != MAGIC_1 || source.read() != MAGIC_2) {
            throw new ZipException(
                    members == 1 ? "it is no gzip file" : "behind member " + (members - 1) + " there is no other one");
        }
        if (octet() != DEFLATE) {
            throw new ZipException("member " + members + " is damaged: unknown compression");
        }
        int flags = octet();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("member " + members + " is damaged: unknown flags");
        }
        skip(6);
        if ((flags & HAS_EXTRA) != 0) {
            skip(octet() | octet() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_HEADER_CHECKSUM) != 0) {
            skip(2);
        }
        inflater.reset();
        checksum.reset();
        isWithinMember = true;
        return true;
    }

    private boolean isPadding() throws IOException {
        for (int b = source.read(); b >= 0; b = source.read()) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Holds the member against its trailer. */
    private void end() throws IOException {
        source.unread(packed, inflater.getRemaining());
        long expectedChecksum = number();
        long expectedLength = number();
        if (expectedChecksum != checksum.getValue() || expectedLength != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new ZipException("member " + members + " is damaged: its checksum is another one");
        }
        isWithinMember = false;
    }

    private long number() throws IOException {
        return octet() | (long) octet() << 8 | (long) octet() << 16 | (long) octet() << 24;
    }

    private int octet() throws IOException {
        int b = source.read();
        if (b < 0) {
            throw new EOFException("the file ends within member " + members);
        }
        return b;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            octet();
        }
    }

    private void skipText() throws IOException {
        while (octet() != 0) {
            // A text ends with a zero.
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        source.close();
    }

    /** Takes back what was read too far. */
    private static final class Source extends FilterInputStream {
        private byte[] again = new byte[0];
        private int next;
        private int lastRead;

        Source(InputStream in) {
            super(in);
        }

        /** The last so many bytes of what was last read into a buffer, whose content may change from now on. */
        void unread(byte[] buffer, int count) {
            // Something may be left of what was taken back before: all of the buffer was out of it then.
            byte[] rest = Arrays.copyOfRange(again, next, again.length);
            byte[] both = new byte[count + rest.length];
            System.arraycopy(buffer, lastRead - count, both, 0, count);
            System.arraycopy(rest, 0, both, count, rest.length);
            again = both;
            next = 0;
        }

        @Override
        public int read() throws IOException {
            return next < again.length ? again[next++] & 0xff : super.read();
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int count;
            if (next < again.length) {
                count = Math.min(length, again.length - next);
                System.arraycopy(again, next, bytes, from, count);
                next += count;
            } else {
                count = super.read(bytes, from, length);
            }
            lastRead = Math.max(0, count);
            return count;
        }
    }
}
