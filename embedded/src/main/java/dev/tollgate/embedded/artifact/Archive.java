package dev.tollgate.embedded.artifact;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Unpacks gzipped tar archives of plain files. */
final class Archive {
    private static final int BUFFER_BYTES = 1 << 18;

    private Archive() {}

    /**
     * Unpacks what is below {@code root} in the archive.
     *
     * @param bytesSoFar told the compressed bytes read
     * @throws IOException if an entry would end up outside {@code target}, or is neither a file nor a folder
     */
    static void unpack(Path archive, String root, Path target, LongConsumer bytesSoFar) throws IOException {
        try (InputStream file = new CountingStream(Files.newInputStream(archive), bytesSoFar);
                InputStream plain = new GZIPInputStream(new BufferedInputStream(file, BUFFER_BYTES), BUFFER_BYTES);
                TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
            Files.createDirectories(target);
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                if (entry.getName().startsWith(root) && entry.getName().length() > root.length()) {
                    unpack(tar, entry, entry.getName().substring(root.length()), target);
                }
            }
        }
    }

    private static void unpack(InputStream content, TarArchiveEntry entry, String name, Path target)
            throws IOException {
        Path file = target.resolve(name).normalize();
        if (!file.startsWith(target)) {
            throw new IOException("archive entry leads outside its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
        } else if (entry.isFile()) {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.copy(content, file);
        } else {
            throw new IOException("archive entry is neither a file nor a folder: " + entry.getName());
        }
    }

    private static final class CountingStream extends FilterInputStream {
        private final LongConsumer bytesSoFar;
        private long count;

        private CountingStream(InputStream in, LongConsumer bytesSoFar) {
            super(in);
            this.bytesSoFar = bytesSoFar;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                bytesSoFar.accept(++count);
            }
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read > 0) {
                count += read;
                bytesSoFar.accept(count);
            }
            return read;
        }
    }
}
