package dev.tollgate.embedded.clickhouse;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One query as ClickHouse's HTTP interface carries it: the statement in the {@code query} parameter, in the body, or
 * begun in one and ended in the other; every other URL parameter a setting, except the interface's own and
 * {@code param_NAME}, which is a value for {@code {NAME:Type}}.
 *
 * @param statement the statement, without its data
 * @param sql what was found in it
 * @param data what follows the statement; for an {@link Sql.Insert} only
 * @param id the caller's query id, or a fresh one
 * @param database the current database of the statement
 * @param format of input and output where the statement names none
 * @param settings by name, as text
 * @param parameters by name, as text
 */
record HttpQuery(
        byte[] statement,
        Sql sql,
        InputStream data,
        String id,
        String database,
        String format,
        Map<String, String> settings,
        Map<String, String> parameters) {

    /** Enough for the beginning of any INSERT that a driver writes, and little to scan once per request. */
    private static final int HEAD_BYTES = 64 << 10;

    /** Held in memory, unlike the data of an insert. */
    private static final int MAX_STATEMENT_BYTES = 16 << 20;

    /** Parameters of the interface that say nothing to the engine of a single user on a loopback port. */
    private static final Set<String> IGNORED = Set.of(
            "query",
            "query_id",
            "database",
            "default_format",
            "user",
            "password",
            "quota_key",
            "role",
            "compress",
            "decompress",
            "enable_http_compression",
            "wait_end_of_query",
            "buffer_size",
            "stacktrace",
            "http_write_exception_in_output_format",
            "client_protocol_version");

    /**
     * Reads the query, but of an insert's data only as much as came along.
     *
     * @throws ClickHouseException if the request asks for what this endpoint cannot do
     */
    static HttpQuery read(@Nullable String rawUrlQuery, Headers headers, InputStream body) throws IOException {
        Map<String, String> url = decode(rawUrlQuery);
        requireSupported(url);
        InputStream content = decompressed(headers, body);

        Map<String, String> settings = new LinkedHashMap<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        url.forEach((name, value) -> {
            if (name.startsWith("param_")) {
                parameters.put(name.substring("param_".length()), value);
            } else if (!IGNORED.contains(name)) {
                settings.put(name, value);
            }
        });

        byte[] inUrl = url.getOrDefault("query", "").getBytes(StandardCharsets.UTF_8);
        byte[] head = inUrl.length == 0 ? content.readNBytes(HEAD_BYTES) : inUrl;
        Sql sql = Sql.scan(head);
        if (!(sql instanceof Sql.Insert)) {
            head = withRest(head, inUrl.length > 0, content);
            sql = Sql.scan(head);
        }
        byte[] statement = head;
        InputStream data = InputStream.nullInputStream();
        if (sql instanceof Sql.Insert insert) {
            statement = Arrays.copyOf(head, insert.statementEnd());
            data = new SequenceInputStream(
                    new ByteArrayInputStream(head, insert.dataStart(), head.length - insert.dataStart()), content);
        }
        return new HttpQuery(
                statement,
                sql,
                data,
                first(
                        url.get("query_id"),
                        headers.getFirst("X-ClickHouse-Query-Id"),
                        () -> UUID.randomUUID().toString()),
                first(url.get("database"), headers.getFirst("X-ClickHouse-Database"), () -> "default"),
                first(url.get("default_format"), headers.getFirst("X-ClickHouse-Format"), () -> "TabSeparated"),
                settings,
                parameters);
    }

    /**
     * The statement that gives a fresh connection this query's settings. Times have no zone but UTC unless asked for.
     */
    String settingStatement() {
        StringBuilder statement = new StringBuilder("SET session_timezone = 'UTC'");
        settings.forEach((name, value) ->
                statement.append(", ").append(name).append(" = ").append(quoted(value, '\'')));
        return statement.toString();
    }

    String useStatement() {
        return "USE " + quoted(database, '`');
    }

    private static String quoted(String text, char quote) {
        return quote + text.replace("\\", "\\\\").replace(String.valueOf(quote), "\\" + quote) + quote;
    }

    private static void requireSupported(Map<String, String> url) {
        if (url.containsKey("session_id")) {
            throw ClickHouseException.of(
                    ClickHouseException.NOT_IMPLEMENTED,
                    "the embedded ClickHouse has no HTTP sessions: leave out session_id");
        }
        if ("1".equals(url.get("compress"))) {
            // The official driver asks for it unless told otherwise. It saves nothing on a loopback interface.
            throw ClickHouseException.of(
                    ClickHouseException.NOT_IMPLEMENTED,
                    "the embedded ClickHouse sends results as they are: say compress=0, in the driver's URL too");
        }
        if ("1".equals(url.get("decompress"))) {
            throw ClickHouseException.of(
                    ClickHouseException.NOT_IMPLEMENTED,
                    "the embedded ClickHouse takes data as it is: leave out decompress");
        }
        for (String name : url.keySet()) {
            if (!name.matches("\\w+")) {
                throw ClickHouseException.of(
                        ClickHouseException.BAD_ARGUMENTS, "'" + name + "' is not the name of a setting");
            }
        }
    }

    private static InputStream decompressed(Headers headers, InputStream body) throws IOException {
        String encoding = headers.getFirst("Content-Encoding");
        if (encoding == null || encoding.equals("identity")) {
            return body;
        }
        if (encoding.equals("gzip")) {
            return new GZIPInputStream(body, 64 << 10);
        }
        throw ClickHouseException.of(
                ClickHouseException.NOT_IMPLEMENTED, "Content-Encoding must be identity or gzip, was " + encoding);
    }

    private static byte[] withRest(byte[] head, boolean newLine, InputStream content) throws IOException {
        byte[] rest = content.readNBytes(MAX_STATEMENT_BYTES - Math.min(head.length, MAX_STATEMENT_BYTES));
        if (rest.length == 0) {
            return head;
        }
        if (content.read() >= 0) {
            throw ClickHouseException.of(
                    ClickHouseException.TOO_LARGE, "a statement must be at most " + MAX_STATEMENT_BYTES + " bytes");
        }
        int gap = newLine ? 1 : 0;
        byte[] whole = Arrays.copyOf(head, head.length + gap + rest.length);
        if (newLine) {
            whole[head.length] = '\n';
        }
        System.arraycopy(rest, 0, whole, head.length + gap, rest.length);
        return whole;
    }

    /** The URL's parameters; of a repeated one the last. */
    private static Map<String, String> decode(@Nullable String rawUrlQuery) {
        Map<String, String> decoded = new LinkedHashMap<>();
        if (rawUrlQuery != null) {
            for (String pair : rawUrlQuery.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    decoded.put(
                            URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return decoded;
    }

    private static String first(@Nullable String preferred, @Nullable String second, Supplier<String> otherwise) {
        if (preferred != null && !preferred.isEmpty()) {
            return preferred;
        }
        return second != null && !second.isEmpty() ? second : otherwise.get();
    }
}
