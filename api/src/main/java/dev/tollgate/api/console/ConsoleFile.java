package dev.tollgate.api.console;

import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file whose name has a hash of its content, so that clients may keep it for good.
 *
 * @param contentType by the ending of its name
 * @param bytes its content
 * @param gzip the same, compressed; null where that gains nothing
 */
record ConsoleFile(String contentType, byte[] bytes, byte @Nullable [] gzip) {
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "woff2", "font/woff2",
            "txt", "text/plain; charset=utf-8");

    /** A file that is listed; it is compressed once, where that gains anything. */
    static ConsoleFile of(String name, byte[] bytes) {
        byte[] gzip = gzip(bytes);
        return new ConsoleFile(contentTypeOf(name), bytes, gzip.length < bytes.length ? gzip : null);
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2);
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return packed.toByteArray();
    }

    /**
     * The media type of a file.
     *
     * @throws IllegalStateException if files of that kind are not served
     */
    static String contentTypeOf(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String type = CONTENT_TYPES.get(ending);
        if (type == null) {
            throw new IllegalStateException("the console has the file " + name + ", whose ending is none of "
                    + CONTENT_TYPES.keySet().stream().sorted().toList());
        }
        return type;
    }

    Answer answer(Exchange exchange) {
        byte[] compressed = gzip;
        boolean small = compressed != null
                && exchange.headers().getQualityCSV("Accept-Encoding").contains("gzip");
        Answer whole = Answer.of(200, contentType, small && compressed != null ? compressed : bytes)
                .with("Cache-Control", "public, max-age=31536000, immutable")
                .with("Vary", "Accept-Encoding");
        return small ? whole.with("Content-Encoding", "gzip") : whole;
    }
}
