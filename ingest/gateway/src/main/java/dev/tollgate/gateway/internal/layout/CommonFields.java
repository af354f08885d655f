package dev.tollgate.gateway.internal.layout;

import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.planmodel.input.Rfc3339;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** The fields that all server logs have, under the same names whatever the layout. */
final class CommonFields {
    /** As {@code 31/Jan/2026:12:00:00 +0000}. */
    static final int LOCAL_TIME_LENGTH = 26;

    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");

    private CommonFields() {}

    /** {@code method}, {@code path}, {@code query}, {@code query.NAME} and {@code protocol} of a request line. */
    static void request(LogRecord.Builder record, String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length < 2
                || parts.length > 3
                || !METHOD.matcher(parts[0]).matches()
                || parts[1].isEmpty()
                || parts.length == 3 && !parts[2].startsWith("HTTP/")) {
            String fault = "the request must be METHOD TARGET PROTOCOL, was '" + LogText.shown(line) + "'";
            List.of("method", "path", "query", "protocol").forEach(field -> record.fault(field, fault));
            return;
        }
        record.put("method", parts[0]);
        target(record, parts[1]);
        if (parts.length == 3) {
            record.put("protocol", parts[2]);
        }
    }

    /** {@code path} and query of a target in whatever form. */
    static void target(LogRecord.Builder record, String target) {
        record.put("path", RequestTarget.path(target));
        int fragment = target.indexOf('#');
        String whole = fragment < 0 ? target : target.substring(0, fragment);
        int question = whole.indexOf('?');
        if (question >= 0) {
            query(record, whole.substring(question + 1));
        }
    }

    /** {@code query} as it stands, and {@code query.NAME} for each parameter, decoded; of several the first. */
    static void query(LogRecord.Builder record, String query) {
        record.put("query", query);
        for (String parameter : query.split("&")) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                record.putIfAbsent(
                        "query." + LogText.urlDecoded(parameter.substring(0, equals)),
                        LogText.urlDecoded(parameter.substring(equals + 1)));
            }
        }
    }

    /**
     * {@code status}, and the {@code outcome} that follows: 2xx and 3xx are SUCCESS, 401 and 403 AUTH_FAILED, 429
     * LIMITED, other 4xx INVALID, 5xx SERVER_ERROR.
     */
    static void status(LogRecord.Builder record, String status) {
        if (!isStatus(status)) {
            String fault = "the status must be 100 to 599, was '" + LogText.shown(status) + "'";
            record.fault("status", fault);
            record.fault("outcome", fault);
            return;
        }
        record.put("status", status);
        record.put("outcome", outcome(status));
    }

    static boolean isStatus(String text) {
        return STATUS.matcher(text).matches();
    }

    static String outcome(String status) {
        int code = Integer.parseInt(status);
        return switch (code) {
            case 401, 403 -> "AUTH_FAILED";
            case 429 -> "LIMITED";
            default -> code >= 500 ? "SERVER_ERROR" : code >= 400 ? "INVALID" : "SUCCESS";
        };
    }

    /** {@code time} out of {@code 31/Jan/2026:12:00:00 +0000}; whether it is one. */
    static boolean localTime(LogRecord.Builder record, String text) {
        try {
            if (isLocalTime(text, 0) && text.length() == LOCAL_TIME_LENGTH) {
                int month = MONTHS.indexOf(capitalised(text.substring(3, 6))) + 1;
                record.put(
                        "time",
                        Rfc3339.parse(text.substring(7, 11) + (month < 10 ? "-0" : "-") + month + "-"
                                        + text.substring(0, 2) + "T" + text.substring(12, 20) + text.substring(21, 24)
                                        + ":"
                                        + text.substring(24))
                                .toString());
                return true;
            }
        } catch (DateTimeException e) {
            // Such as the 31st of June: the shape is right and the day does not exist.
        }
        record.fault("time", "the time must be like 31/Jan/2026:12:00:00 +0000, was '" + LogText.shown(text) + "'");
        return false;
    }

    /** Whether what stands at a place has the shape of such a time. */
    static boolean isLocalTime(String text, int at) {
        if (at + LOCAL_TIME_LENGTH > text.length()) {
            return false;
        }
        String shape = "dd/MMM/dddd:dd:dd:dd sdddd";
        for (int i = 0; i < LOCAL_TIME_LENGTH; i++) {
            char c = text.charAt(at + i);
            boolean fits = switch (shape.charAt(i)) {
                case 'd' -> c >= '0' && c <= '9';
                case 'M' -> c < 128 && Character.isLetter(c);
                case 's' -> c == '+' || c == '-';
                default -> c == shape.charAt(i);
            };
            if (!fits) {
                return false;
            }
        }
        return MONTHS.contains(capitalised(text.substring(at + 3, at + 6)));
    }

    /** {@code time} out of an RFC 3339 text. */
    static void isoTime(LogRecord.Builder record, String text) {
        try {
            record.put("time", Rfc3339.parse(text).toString());
        } catch (DateTimeException e) {
            record.fault(
                    "time",
                    "the time must be RFC 3339, such as 2026-01-31T12:00:00Z, was '" + LogText.shown(text) + "'");
        }
    }

    /**
     * {@code time} out of a number since the epoch.
     *
     * @param perSecond how many of its units are a second
     */
    static void epochTime(LogRecord.Builder record, String text, long perSecond) {
        if (SECONDS.matcher(text).matches() || text.matches("\\d{1,18}")) {
            long millis = new BigDecimal(text)
                    .multiply(BigDecimal.valueOf(1_000))
                    .divide(BigDecimal.valueOf(perSecond), 0, RoundingMode.FLOOR)
                    .longValue();
            record.put("time", Instant.ofEpochMilli(millis).toString());
        } else {
            record.fault("time", "the time must be a number since the epoch, was '" + LogText.shown(text) + "'");
        }
    }

    private static String capitalised(String month) {
        return Character.toUpperCase(month.charAt(0)) + month.substring(1).toLowerCase(java.util.Locale.ROOT);
    }
}
