package dev.tollgate.schemas.topic;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The record header that names the accounting application which wrote a journal entry, by its
 * {@code streams.application-id}.
 *
 * <p>An accounting role under another application id begins at the start of {@code request-events} and counts
 * everything again, into the same journal. Each entry of both is sound by itself; only the header tells them apart. A
 * header and not a field of the entry, because a reader can compare it without decoding the entry, and a batch's
 * compression leaves a few bytes of it.
 */
public final class ApplicationHeader {
    /** Key of the header. Its value is the application id in UTF-8. */
    public static final String KEY = "app";

    private ApplicationHeader() {}

    /** Headers with this one alone. */
    public static Headers of(String applicationId) {
        return new RecordHeaders(new Header[] {new RecordHeader(KEY, applicationId.getBytes(StandardCharsets.UTF_8))});
    }

    /** The application id that a record carries; empty if it carries none. */
    public static String read(Headers headers) {
        Header header = headers.lastHeader(KEY);
        byte[] value = header == null ? null : header.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }
}
