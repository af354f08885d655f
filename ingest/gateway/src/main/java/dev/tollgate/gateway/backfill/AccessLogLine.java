package dev.tollgate.gateway.backfill;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One line of the common or combined log format of nginx and Apache, taken apart:
 *
 * <pre>
 * {@code 203.0.113.7 - acme [31/Jan/2026:12:00:00 +0000] "GET /v2/mem?limit=9 HTTP/1.1" 200 512 "-" "curl/8.1" 0.042}
 * </pre>
 *
 * <p>gives {@code remote_addr}, {@code ident}, {@code remote_user}, {@code time} (RFC 3339), {@code method},
 * {@code path} (without query), {@code query}, {@code query.NAME} for each parameter, {@code protocol}, {@code status},
 * {@code bytes}, {@code referer}, {@code user_agent}, and {@code extra_1}, {@code extra_2}, ... for what a server was
 * told to add behind. A {@code -} is a field that is missing. {@code outcome} follows from the status: 2xx and 3xx are
 * SUCCESS, 401 and 403 AUTH_FAILED, 429 LIMITED, other 4xx INVALID, 5xx SERVER_ERROR.
 */
final class AccessLogLine {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("dd/MMM/yyyy:HH:mm:ss Z")
            .toFormatter(Locale.ENGLISH);

    /** What a line gives, for those who misspelt one. */
    static final String FIELDS =
            "remote_addr, ident, remote_user, time, method, path, query, query.NAME, protocol, status,"
                    + " outcome, bytes, referer, user_agent and extra_1, extra_2, ...";

    private static final Pattern FIELD =
            Pattern.compile("remote_addr|ident|remote_user|time|method|path|query|query\\..+"
                    + "|protocol|status|outcome|bytes|referer|user_agent|extra_[1-9]\\d*");

    private final String line;
    private int at;

    private AccessLogLine(String line) {
        this.line = line;
    }

    /**
     * The fields of a line.
     *
     * @throws IllegalArgumentException saying what is not as it should be
     */
    static Map<String, String> parse(String line) {
        return new AccessLogLine(line).fields();
    }

    /** Whether a line can have such a field. */
    static boolean isField(String name) {
        return FIELD.matcher(name).matches();
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new HashMap<>();
        put(fields, "remote_addr", token("the address"));
        put(fields, "ident", token("the identity"));
        put(fields, "remote_user", token("the user"));
        fields.put("time", time(between('[', ']', "the time")));
        request(fields, between('"', '"', "the request"));
        String status = token("the status");
        if (!status.matches("[1-5]\\d\\d")) {
            throw new IllegalArgumentException("the status must be 100 to 599, was '" + status + "'");
        }
        fields.put("status", status);
        fields.put("outcome", outcome(Integer.parseInt(status)));
        put(fields, "bytes", token("the size"));
        if (more()) {
            put(fields, "referer", any("the referer"));
        }
        if (more()) {
            put(fields, "user_agent", any("the user agent"));
        }
        for (int i = 1; more(); i++) {
            put(fields, "extra_" + i, any("an added field"));
        }
        return fields;
    }

    private static void request(Map<String, String> fields, String request) {
        String[] parts = request.split(" ");
        if (parts.length < 2 || parts.length > 3) {
            throw new IllegalArgumentException(
                    "the request must be METHOD TARGET PROTOCOL, was '" + shown(request) + "'");
        }
        fields.put("method", parts[0]);
        int question = parts[1].indexOf('?');
        fields.put("path", question < 0 ? parts[1] : parts[1].substring(0, question));
        if (question >= 0) {
            String query = parts[1].substring(question + 1);
            fields.put("query", query);
            for (String parameter : query.split("&")) {
                int equals = parameter.indexOf('=');
                if (equals > 0) {
                    fields.putIfAbsent("query." + parameter.substring(0, equals), parameter.substring(equals + 1));
                }
            }
        }
        if (parts.length == 3) {
            fields.put("protocol", parts[2]);
        }
    }

    private static String time(String text) {
        try {
            return OffsetDateTime.parse(text, TIME).toInstant().toString();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "the time must be like 31/Jan/2026:12:00:00 +0000, was '" + shown(text) + "'", e);
        }
    }

    private static String outcome(int status) {
        return switch (status) {
            case 401, 403 -> "AUTH_FAILED";
            case 429 -> "LIMITED";
            default -> status >= 500 ? "SERVER_ERROR" : status >= 400 ? "INVALID" : "SUCCESS";
        };
    }

    private boolean more() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
        return at < line.length();
    }

    private String any(String what) {
        return line.charAt(at) == '"' ? between('"', '"', what) : token(what);
    }

    private String token(String what) {
        if (!more()) {
            throw new IllegalArgumentException("the line ends before " + what);
        }
        int from = at;
        while (at < line.length() && line.charAt(at) != ' ') {
            at++;
        }
        return line.substring(from, at);
    }

    /** A text in brackets or quotes, in which a backslash hides the character behind it. */
    private String between(char open, char close, String what) {
        if (!more() || line.charAt(at) != open) {
            throw new IllegalArgumentException(what + " must begin with " + open);
        }
        StringBuilder text = new StringBuilder();
        at++;
        while (at < line.length() && line.charAt(at) != close) {
            if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                at++;
            }
            text.append(line.charAt(at));
            at++;
        }
        if (at >= line.length()) {
            throw new IllegalArgumentException(what + " must end with " + close);
        }
        at++;
        return text.toString();
    }

    private static void put(Map<String, String> fields, String name, String value) {
        if (!value.equals("-") && !value.isEmpty()) {
            fields.put(name, value);
        }
    }

    private static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
