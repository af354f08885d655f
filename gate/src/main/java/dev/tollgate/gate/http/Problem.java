package dev.tollgate.gate.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Reason;
import java.nio.charset.StandardCharsets;

/**
 * The body of a denial, by RFC 9457, with the problem types of {@code draft-ietf-httpapi-ratelimit-headers}:
 * {@code quota-exceeded} for limits, {@code abnormal-usage-detected} for a suspension that ends,
 * {@code temporary-reduced-capacity} where the gate does not know, {@link #NEVER_FITS} for a call that costs more than
 * a limit holds. Other denials have no type but their status.
 */
public final class Problem {
    /** Media type of the body. */
    public static final String CONTENT_TYPE = "application/problem+json";

    /** The problem type of {@link Reason#NEVER_FITS}, for which no registered one exists. */
    public static final String NEVER_FITS = "urn:tollgate:problem:never-fits";

    private static final String TYPES = "https://iana.org/assignments/http-problem-types#";

    private Problem() {}

    /**
     * The document of a denied call, as UTF-8.
     *
     * @throws IllegalArgumentException if the call is allowed
     */
    public static byte[] of(Decision decision) {
        Reason reason = decision.reason();
        if (reason == null) {
            throw new IllegalArgumentException("an allowed call is no problem");
        }
        String type = switch (reason) {
            case RATE_LIMITED, CONCURRENCY -> TYPES + "quota-exceeded";
            case SUSPENDED -> decision.status() == 429 ? TYPES + "abnormal-usage-detected" : "about:blank";
            case STALE -> TYPES + "temporary-reduced-capacity";
            case OVER_CALL_LIMIT -> "about:blank";
            case NEVER_FITS -> NEVER_FITS;
        };
        String title = switch (reason) {
            case RATE_LIMITED -> "Request cannot be satisfied as assigned quota has been exceeded";
            case CONCURRENCY -> "Too many requests in flight";
            case SUSPENDED -> decision.status() == 429 ? "Abnormal usage detected" : "Forbidden";
            case STALE -> "Request cannot be satisfied due to temporary server capacity constraints";
            case OVER_CALL_LIMIT -> "Unprocessable Content";
            case NEVER_FITS -> "The call costs more than a limit holds";
        };
        StringBuilder json = new StringBuilder("{\"type\":").append(quoted(type));
        json.append(",\"title\":").append(quoted(title));
        json.append(",\"status\":").append(decision.status());
        json.append(",\"detail\":").append(quoted(decision.detail()));
        json.append(",\"reason\":").append(quoted(reason.name()));
        String limit = decision.limitId();
        if (limit != null) {
            json.append(",\"violated-policies\":[").append(quoted(limit)).append(']');
        }
        if (decision.retryAfterSeconds() > 0) {
            json.append(",\"retry-after\":").append(decision.retryAfterSeconds());
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        JsonStringEncoder.getInstance().quoteAsString(text, quoted);
        return quoted.append('"').toString();
    }
}
