package dev.tollgate.embedded.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** SHA-512 of files. */
final class Sha512 {
    private static final int BUFFER_BYTES = 1 << 20;

    private Sha512() {}

    /** @return lower-case hexadecimal */
    static String of(Path file, LongConsumer bytesSoFar) throws IOException {
        MessageDigest digest = newDigest();
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = 0;
        try (InputStream in = Files.newInputStream(file)) {
            int length;
            while ((length = in.read(buffer)) >= 0) {
                digest.update(buffer, 0, length);
                done += length;
                bytesSoFar.accept(done);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-512", e);
        }
    }
}
