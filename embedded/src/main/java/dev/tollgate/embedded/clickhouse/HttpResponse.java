package dev.tollgate.embedded.clickhouse;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one query. Once its first byte is out the status cannot change any more: whoever fails after that must
 * {@linkplain #isStarted() see} it and break the connection, or the client takes a part for the whole.
 */
final class HttpResponse {
    private static final int COPY_BYTES = 64 << 10;
    private static final int NO_BODY = -1;
    private static final int CHUNKED = 0;

    private final HttpExchange exchange;
    private final long startedAt = System.nanoTime();
    private boolean started;
    private @Nullable OutputStream body;

    HttpResponse(HttpExchange exchange) {
        this.exchange = exchange;
    }

    boolean isStarted() {
        return started;
    }

    /** Answers {@code query} from now on. */
    void identify(HttpQuery query) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Query-Id", query.id());
        headers.set("X-ClickHouse-Timezone", "UTC");
        headers.set("X-ClickHouse-Server-Display-Name", "embedded");
    }

    /** Sends a result that is known to its end. */
    void send(String format, MemorySegment bytes, Statistics statistics) throws IOException {
        describe(format, statistics);
        started = true;
        exchange.sendResponseHeaders(200, bytes.byteSize() == 0 ? NO_BODY : bytes.byteSize());
        if (bytes.byteSize() > 0) {
            copy(bytes, exchange.getResponseBody());
        }
    }

    /** Sends a further piece of a result; the first piece sends the headers, {@link #finish} the end. */
    void sendPiece(String format, MemorySegment bytes, Statistics statistics) throws IOException {
        if (body == null) {
            describe(format, statistics);
            started = true;
            exchange.sendResponseHeaders(200, CHUNKED);
            body = exchange.getResponseBody();
        }
        copy(bytes, body);
    }

    void finish() throws IOException {
        if (body != null) {
            body.close();
        }
    }

    /** As drivers recognise an error: status, code in a header, message with the code in the body. */
    void sendError(ClickHouseException error, String version) throws IOException {
        String message = error.getMessage()
                + (String.valueOf(error.getMessage()).contains("(version ") ? "" : " (version " + version + ")");
        byte[] bytes = (message + "\n").getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
        headers.set("Content-Type", "text/plain; charset=UTF-8");
        started = true;
        exchange.sendResponseHeaders(error.httpStatus(), bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    void sendText(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=UTF-8");
        started = true;
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void describe(String format, Statistics statistics) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Format", format);
        headers.set("X-ClickHouse-Summary", statistics.toSummary(System.nanoTime() - startedAt));
        headers.set("Content-Type", "application/octet-stream");
    }

    private static void copy(MemorySegment bytes, OutputStream out) throws IOException {
        byte[] heap = new byte[(int) Math.min(COPY_BYTES, bytes.byteSize())];
        for (long offset = 0; offset < bytes.byteSize(); offset += heap.length) {
            int length = (int) Math.min(heap.length, bytes.byteSize() - offset);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, heap, 0, length);
            out.write(heap, 0, length);
        }
    }
}
